//! Workflows and their runs.

use super::Repository;
use super::fold::no;
use crate::event::RunEvent;

/// A workflow.
#[derive(Clone, Debug)]
pub(crate) struct Workflow {
    pub(crate) id: u64,
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) created_at: i64,
}

/// A run of a workflow.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) id: u64,
    pub(crate) workflow: u64,
    /// Which run of its workflow it is.
    pub(crate) number: usize,
    pub(crate) event: String,
    pub(crate) branch: Option<String>,
    pub(crate) sha: String,
    pub(crate) from_fork: bool,
    pub(crate) created_at: i64,
    /// Never empty; the last one is what the run shows.
    pub(crate) attempts: Vec<Attempt>,
}

/// An attempt of a run.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) started_at: i64,
    pub(crate) updated_at: i64,
    /// Absent while it runs.
    pub(crate) conclusion: Option<String>,
}

impl Attempt {
    fn begun(at: i64) -> Attempt {
        Attempt { started_at: at, updated_at: at, conclusion: None }
    }
}

impl Repository {
    pub(super) fn apply_run(&mut self, at: i64, event: &RunEvent) -> Result<(), String> {
        match event {
            RunEvent::Started { id, .. } if self.runs.contains_key(id) => {
                Err(format!("run {id} exists; ids are unique"))
            }
            RunEvent::Started { id, file, name, event, branch, sha, from_fork, .. } => {
                let workflow = self.workflow(at, file, name);
                let of_it = self.runs.values().filter(|run| run.workflow == workflow);
                let run = Run {
                    id: *id,
                    workflow,
                    number: of_it.count() + 1,
                    event: event.clone(),
                    branch: branch.clone(),
                    sha: sha.clone(),
                    from_fork: *from_fork,
                    created_at: at,
                    attempts: vec![Attempt::begun(at)],
                };
                self.runs.insert(*id, run);
                Ok(())
            }
            RunEvent::Concluded { id, conclusion, .. } => {
                let run = self.runs.get_mut(id).ok_or_else(|| no("run", id))?;
                if let Some(attempt) = run.attempts.last_mut() {
                    attempt.updated_at = at;
                    attempt.conclusion = Some(conclusion.clone());
                }
                Ok(())
            }
            RunEvent::Rerun { id, .. } => {
                let run = self.runs.get_mut(id).ok_or_else(|| no("run", id))?;
                run.attempts.push(Attempt::begun(at));
                Ok(())
            }
            RunEvent::Deleted { id, .. } => {
                self.runs.remove(id).map(|_| ()).ok_or_else(|| no("run", id))
            }
        }
    }

    /// The workflow of a file, whose name is the one told last.
    fn workflow(&mut self, at: i64, file: &str, name: &str) -> u64 {
        let id = self.id * 1_000 + self.workflows.len() as u64;
        match self.workflows.iter_mut().find(|workflow| workflow.file == file) {
            Some(known) => {
                name.clone_into(&mut known.name);
                known.id
            }
            None => {
                let (file, name) = (file.to_owned(), name.to_owned());
                self.workflows.push(Workflow { id, file, name, created_at: at });
                id
            }
        }
    }
}
