//! What is wrong with a part of what a source says, while the rest of it is used.

/// Why a part of a file or of an answer could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is no YAML, or not of the documented form.
    Malformed(String),
    /// A component's name is none; which.
    NoName(String),
    /// An owner is no team; of what.
    NoTeam(String),
    /// A component names a repository that is none; which.
    NoRepository(String),
    /// A job uses what is no reusable workflow.
    NoWorkflow,
    /// The file is too large.
    TooLarge,
    /// So many files of its kind are not read, since their repository holds too many; how many are.
    TooMany {
        /// How many are not read.
        left: usize,
        /// How many are.
        read: usize,
    },
    /// There is more of something than so many, which are read.
    MoreThan(usize, &'static str),
}

impl Problem {
    /// The value of the label `reason`.
    pub fn reason(&self) -> &'static str {
        match self {
            Problem::Malformed(_) => "malformed",
            Problem::NoName(_) => "no_name",
            Problem::NoTeam(_) => "no_team",
            Problem::NoRepository(_) => "no_repository",
            Problem::NoWorkflow => "no_workflow",
            Problem::TooLarge => "too_large",
            Problem::TooMany { .. } | Problem::MoreThan(..) => "too_many",
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Problem::Malformed(why) => write!(f, "cannot be read: {why}"),
            Problem::NoName(name) => write!(
                f,
                "has a component {name}, which is no name; names are of letters, digits, -, _ and ."
            ),
            Problem::NoTeam(name) => {
                write!(f, "{name} has an owner that is no team; name a team")
            }
            Problem::NoRepository(name) => write!(
                f,
                "{name} names a repository that is none; write github.com/project-slug as \
                 owner/name"
            ),
            Problem::NoWorkflow => write!(
                f,
                "has a job that uses what is no reusable workflow; write \
                 owner/name/.github/workflows/file.yml@reference"
            ),
            Problem::TooLarge => write!(f, "is too large; split it"),
            Problem::TooMany { left: 1, read } => {
                write!(f, "is not read, since {read} others of its repository are")
            }
            Problem::TooMany { left, read } => write!(
                f,
                "and {} more are not read, since {read} others of their repository are: a \
                 Backstage server ([catalog]) tells of all of them",
                left - 1
            ),
            Problem::MoreThan(read, what) => {
                write!(f, "has more than {read} {what}; those after them are left out")
            }
        }
    }
}
