//! The configuration: layers merged, every problem reported at once, with its key path and the fix.

mod patterns;
mod settings;

pub use patterns::{EnvironmentRule, HotfixRule, RepositoryPattern};
pub use settings::{
    CollectionSettings, ComponentDetail, ExpositionSettings, FailuresSettings, GitHubSettings,
    HashLogins, IncidentSettings, LogFormat, LogSettings, MeasuresSettings, OwnershipRule,
    OwnershipSettings, OwnershipSource, ServerSettings, Settings, StoreSettings,
};
