//! Questions to the evaluator's task, which alone has the facts. They wait in a short queue and are
//! answered between two evaluations, so that no lock is held and nothing is kept twice.

use super::Evaluator;
use super::environments::OtherEnvironments;
use super::evidence::{ExaminedOrganizations, ExaminedTeam, NothingToExamine};
use super::off_the_runtime::off_the_runtime;
use super::overview::Overview;
use crate::exposition::FigureSet;
use crate::store::Store;
use delivery::domain::Time;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, oneshot};

/// How many questions may wait; judging takes milliseconds, so more would only wait for each other.
const QUEUE: usize = 16;
/// How long a question may wait for its answer: longer than an evaluation of everything.
const PATIENCE: Duration = Duration::from_secs(20);

/// The web address of each configured GitHub, by its name.
pub type WebAddresses = Arc<BTreeMap<String, String>>;

/// What is asked.
enum Question {
    Figures(oneshot::Sender<Answer<Option<(Time, FigureSet)>>>),
    Team { team: String, component: Option<String>, answer: Reply<ExaminedTeam> },
    Organizations(Reply<ExaminedOrganizations>),
    Environments { of: Of, during: Option<(Time, Time)>, answer: Reply<OtherEnvironments> },
    Overview { bounds: Vec<Time>, answer: oneshot::Sender<Answer<Option<Overview>>> },
}

/// Where what was examined is waited for.
type Reply<T> = oneshot::Sender<Answer<Result<T, NothingToExamine>>>;

/// A team and perhaps one of its components, or everything that is no component.
type Of = Option<(String, Option<String>)>;

/// An answer with what its links are made of.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// What was asked for.
    pub told: T,
    /// Where the repositories are found.
    pub web: WebAddresses,
}

/// The evaluator has more questions than it can answer, or is not running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the evaluator is busy; ask again in a few seconds")]
pub struct Busy;

/// Asks the evaluator.
#[derive(Clone, Debug)]
pub struct Questions(mpsc::Sender<Question>);

/// Where questions arrive. It outlives evaluators: the next one goes on where one has stopped.
#[derive(Clone)]
pub struct Inbox(Arc<Mutex<mpsc::Receiver<Question>>>);

impl Questions {
    /// A queue without anyone to answer yet.
    pub fn new() -> (Questions, Inbox) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Questions(sender), Inbox(Arc::new(Mutex::new(receiver))))
    }

    /// The figures as they are shown, with their instant; absent before the first evaluation.
    pub async fn figures(&self) -> Result<Answer<Option<(Time, FigureSet)>>, Busy> {
        self.ask(Question::Figures).await
    }

    /// All teams, with the weeks between each two of `bounds`; absent before the first evaluation.
    pub async fn overview(&self, bounds: Vec<Time>) -> Result<Answer<Option<Overview>>, Busy> {
        self.ask(|answer| Question::Overview { bounds, answer }).await
    }

    /// A team or one of its components, examined.
    pub async fn team(
        &self,
        team: &str,
        component: Option<&str>,
    ) -> Result<Answer<Result<ExaminedTeam, NothingToExamine>>, Busy> {
        let (team, component) = (team.to_owned(), component.map(str::to_owned));
        self.ask(|answer| Question::Team { team, component, answer }).await
    }

    /// The incidents that no component has.
    pub async fn organizations(
        &self,
    ) -> Result<Answer<Result<ExaminedOrganizations, NothingToExamine>>, Busy> {
        self.ask(Question::Organizations).await
    }

    /// Where a team or one of its components deployed to that is not production; without a team, where
    /// repositories did that are no component. Ever, or after the one instant and until the other.
    pub async fn environments(
        &self,
        of: Option<(&str, Option<&str>)>,
        during: Option<(Time, Time)>,
    ) -> Result<Answer<Result<OtherEnvironments, NothingToExamine>>, Busy> {
        let of = of.map(|(team, component)| (team.to_owned(), component.map(str::to_owned)));
        self.ask(|answer| Question::Environments { of, during, answer }).await
    }

    async fn ask<T>(
        &self,
        question: impl FnOnce(oneshot::Sender<T>) -> Question,
    ) -> Result<T, Busy> {
        let (sender, answer) = oneshot::channel();
        self.0.try_send(question(sender)).map_err(|_| Busy)?;
        let answered = tokio::time::timeout(PATIENCE, answer).await;
        answered.map_err(|_| Busy)?.map_err(|_| Busy)
    }
}

/// The questions, as the evaluator that runs takes them.
pub(super) struct Asked<'a> {
    questions: tokio::sync::MutexGuard<'a, mpsc::Receiver<Question>>,
    last: Last,
}

/// What was examined last: pages of a list are asked for one after the other.
type Last = Option<((String, Option<String>), ExaminedTeam)>;

impl Inbox {
    /// Waits until no other evaluator answers.
    pub(super) async fn open(&self) -> Asked<'_> {
        Asked { questions: self.0.lock().await, last: None }
    }
}

impl Asked<'_> {
    /// What was examined so far is of figures that are shown no more.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }

    /// Answers the next question; never returns where nobody can ask any more.
    pub(super) async fn answer_next(
        &mut self,
        evaluator: &mut Evaluator,
        store: &Store,
        web: &WebAddresses,
    ) {
        match self.questions.recv().await {
            Some(question) => {
                off_the_runtime(|| answer(question, evaluator, (store, web), &mut self.last));
                // Whatever else the caller waits for has its turn, however many questions there are.
                tokio::task::yield_now().await;
            }
            None => std::future::pending().await,
        }
    }
}

fn answer(
    question: Question,
    evaluator: &mut Evaluator,
    (store, web): (&Store, &WebAddresses),
    last: &mut Last,
) {
    let web = Arc::clone(web);
    // Who asked may have gone meanwhile: then nobody needs the answer.
    match question {
        Question::Figures(answer) => {
            let _ = answer.send(Answer { told: evaluator.shown_figures(), web });
        }
        Question::Overview { bounds, answer } => {
            let _ = answer.send(Answer { told: evaluator.overview(&bounds), web });
        }
        Question::Organizations(answer) => {
            let _ = answer.send(Answer { told: evaluator.examine_organizations(), web });
        }
        Question::Environments { of, during, answer } => {
            let (team, component) = of.map_or((None, None), |(team, one)| (Some(team), one));
            let deployers = evaluator.deployers(team.as_deref(), component.as_deref());
            let store = store.clone();
            // Only the store has to be asked for the rest, and evaluating need not wait for it.
            tokio::spawn(async move {
                let told = match deployers {
                    Ok(deployers) => deployers.environments(&store, during).await,
                    Err(nothing) => Err(nothing),
                };
                let _ = answer.send(Answer { told, web });
            });
        }
        Question::Team { answer, .. } if answer.is_closed() => {}
        Question::Team { team, component, answer } => {
            let wanted = (team, component);
            let told = match last {
                Some((known, examined)) if *known == wanted => Ok(examined.clone()),
                _ => evaluator.examine_team(&wanted.0, wanted.1.as_deref()),
            };
            if let Ok(examined) = &told
                && last.as_ref().is_none_or(|(known, _)| *known != wanted)
            {
                *last = Some((wanted, examined.clone()));
            }
            let _ = answer.send(Answer { told, web });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn more_questions_than_can_wait_are_refused_and_so_are_those_that_nobody_will_answer() {
        let (questions, inbox) = Questions::new();
        let waiting: Vec<_> = (0..QUEUE)
            .map(|_| {
                let questions = questions.clone();
                tokio::spawn(async move { questions.figures().await.map(|_| ()) })
            })
            .collect();
        tokio::task::yield_now().await;
        assert_eq!(questions.figures().await.map(|_| ()), Err(Busy));
        drop(inbox);
        for one in waiting {
            assert_eq!(one.await.ok(), Some(Err(Busy)));
        }
        assert_eq!(questions.team("any", None).await.map(|_| ()), Err(Busy));
    }
}
