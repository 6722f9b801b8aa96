//! What can go wrong with a source, by what the caller should do about it.

use delivery::domain::Time;

/// A source's failure. The text names what was asked, the cause and the remedy.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SourceError {
    /// The credentials are refused; asking again does not help until they change.
    #[error("{what}: {origin} was refused (HTTP 401): {hint}")]
    Unauthorized {
        /// What was asked.
        what: String,
        /// Where the credentials came from.
        origin: String,
        /// What to do.
        hint: String,
    },
    /// There are no credentials to ask with: a GitHub App is not installed, or suspended, or its key
    /// is refused.
    #[error("{cause}")]
    Denied {
        /// Why, and what to do.
        cause: String,
    },
    /// The credentials may not read this; nothing else is affected.
    #[error("{what}: not permitted: {message}; grant the token: {remedy}")]
    Forbidden {
        /// What was asked.
        what: String,
        /// The source's words.
        message: String,
        /// The permission to grant.
        remedy: String,
    },
    /// It does not exist, or the credentials may not see it.
    #[error("{what}: not found: it does not exist, or the token may not see it")]
    NotFound {
        /// What was asked.
        what: String,
    },
    /// The budget is spent; nothing is asked until then.
    #[error("{what}: rate limited until {until}: {reason}")]
    RateLimited {
        /// What was asked.
        what: String,
        /// When it may be asked again.
        until: Time,
        /// Which limit.
        reason: String,
    },
    /// The source could not be reached, or did not answer in time, after all retries.
    #[error("{what}: {url} could not be reached: {cause}")]
    Unreachable {
        /// What was asked.
        what: String,
        /// The address.
        url: String,
        /// The cause.
        cause: String,
    },
    /// The source answered with an error, after all retries.
    #[error("{what}: {}: {message}", answered(*status))]
    Failed {
        /// What was asked.
        what: String,
        /// The status; a success where only a part of the answer is an error.
        status: u16,
        /// Its words, shortened.
        message: String,
    },
    /// The answer is not what the API documents: HTML, half an answer, a missing field.
    #[error(
        "{what}: {url} did not answer like the GitHub API: {cause}; check `github.api_url` and proxies"
    )]
    Malformed {
        /// What was asked.
        what: String,
        /// The address.
        url: String,
        /// What was wrong.
        cause: String,
    },
    /// The answer of another source than GitHub is not what its API documents.
    #[error(
        "{what}: {url} did not answer as its API should: {cause}; check the source's address and proxies"
    )]
    Garbled {
        /// What was asked.
        what: String,
        /// The address.
        url: String,
        /// What was wrong.
        cause: String,
    },
    /// The source cannot be set up: a bad address, an unreadable certificate.
    #[error("{what}: {cause}")]
    Setup {
        /// What was set up.
        what: String,
        /// What was wrong and what to do.
        cause: String,
    },
}

fn answered(status: u16) -> String {
    match status {
        200..=299 => "GitHub answered with an error".to_owned(),
        _ => format!("the server answered HTTP {status}"),
    }
}

impl SourceError {
    /// Whether the credentials lack a permission.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, SourceError::Forbidden { .. })
    }

    /// Whether it does not exist, or not for these credentials.
    pub fn is_not_found(&self) -> bool {
        matches!(self, SourceError::NotFound { .. })
    }

    /// The same failure of something else that was asked for together with it.
    pub fn about(&self, other: &str) -> SourceError {
        let mut error = self.clone();
        match &mut error {
            SourceError::Unauthorized { what, .. }
            | SourceError::Forbidden { what, .. }
            | SourceError::NotFound { what }
            | SourceError::RateLimited { what, .. }
            | SourceError::Unreachable { what, .. }
            | SourceError::Failed { what, .. }
            | SourceError::Malformed { what, .. }
            | SourceError::Garbled { what, .. }
            | SourceError::Setup { what, .. } => other.clone_into(what),
            SourceError::Denied { .. } => {}
        }
        error
    }

    /// The value of the label `reason` of failure counters.
    pub fn reason(&self) -> &'static str {
        match self {
            SourceError::Unauthorized { .. } | SourceError::Denied { .. } => "unauthorized",
            SourceError::Forbidden { .. } => "forbidden",
            SourceError::NotFound { .. } => "not_found",
            SourceError::RateLimited { .. } => "rate_limited",
            SourceError::Unreachable { .. } => "unreachable",
            SourceError::Failed { .. } => "server_error",
            SourceError::Malformed { .. } | SourceError::Garbled { .. } => "malformed",
            SourceError::Setup { .. } => "setup",
        }
    }

    /// Whether every further request of the same credentials would fail alike.
    pub fn concerns_the_whole_source(&self) -> bool {
        matches!(
            self,
            SourceError::Unauthorized { .. }
                | SourceError::Denied { .. }
                | SourceError::RateLimited { .. }
                | SourceError::Unreachable { .. }
                | SourceError::Setup { .. }
        )
    }
}

impl SourceError {
    /// All values of [`SourceError::reason`], and `store` for what could not be stored.
    pub const REASONS: [&'static str; 9] = [
        "unauthorized",
        "forbidden",
        "not_found",
        "rate_limited",
        "unreachable",
        "server_error",
        "malformed",
        "setup",
        "store",
    ];
}
