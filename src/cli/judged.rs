//! What the daemon leaves in its store for those who look at it: by which rules it judges, and where
//! its repositories are found.

use crate::config::Settings;
use crate::evaluate::WebAddresses;
use crate::store::{Store, StoreError};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The fingerprint of the rules by which the store was last judged.
const RULES: &str = "judged/rules";
/// The web addresses of the configured GitHubs, by name, as JSON.
const WEB: &str = "judged/web_addresses";

/// Leaves it there.
pub async fn tell(store: &Store, settings: &Settings) -> Result<(), StoreError> {
    // Texts by name always have a JSON form.
    let web = serde_json::to_string(&*web_addresses(settings)).unwrap_or_default();
    store.meta_set(WEB, &web).await?;
    store.meta_set(RULES, &settings.rules_fingerprint()).await
}

/// Whether the daemon last judged by other rules than these; not where it never judged.
pub async fn otherwise(store: &Store, settings: &Settings) -> Result<bool, StoreError> {
    let known = store.meta_get(RULES).await?;
    Ok(known.is_some_and(|known| known != settings.rules_fingerprint()))
}

/// Where the daemon's repositories are found; what `configured` says of them goes first.
pub async fn places(store: &Store, configured: &Settings) -> Result<WebAddresses, StoreError> {
    let known = store.meta_get(WEB).await?.unwrap_or_default();
    let mut web: BTreeMap<String, String> = serde_json::from_str(&known).unwrap_or_default();
    web.extend(web_addresses(configured).iter().map(|(name, url)| (name.clone(), url.clone())));
    Ok(Arc::new(web))
}

/// Where people look at what each configured GitHub holds.
pub(super) fn web_addresses(settings: &Settings) -> WebAddresses {
    let addresses = settings.github.iter().map(|github| (github.host.clone(), github.web_url()));
    Arc::new(addresses.collect())
}
