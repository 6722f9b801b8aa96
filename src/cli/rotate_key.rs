//! `rotate-key`: logins get another key.

use super::output;
use super::store_args::StoreArgs;
use crate::config;
use crate::store::Store;
use anyhow::bail;

/// Hashes all stored hashes of logins once more, by a new key.
pub async fn run(args: StoreArgs) -> anyhow::Result<()> {
    let path = config::load_store(&args.sources())?.path;
    if !path.exists() {
        bail!(
            "store {}: there is no such file, so there is no key; name it by --store, or by --config \
             the configuration that does",
            path.display()
        );
    }
    let store = Store::open(&path).await?;
    let rotated = store.rotate_login_key().await;
    store.close().await;
    output::print(&format!(
        "{}: logins have a new key; {} facts name people by it. Copies of the store that were made \
         before have the former hashes.\n",
        path.display(),
        rotated?
    ))
}
