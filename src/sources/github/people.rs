//! Accounts, turned into keyed hashes as soon as they are read.

use crate::config::HashLogins;
use delivery::domain::Author;
use serde_json::Value;

/// The suffix by which REST, commits and people call a bot; GraphQL's `login` is without it.
const BOT_SUFFIX: &str = "[bot]";

/// An actor as GraphQL shows it; a deleted account is null.
pub(super) fn actor(actor: Option<&Value>, logins: &dyn HashLogins) -> Author {
    let text = |field| actor.and_then(|actor| actor.get(field)).and_then(Value::as_str);
    let login = text("login").unwrap_or_default();
    let is_bot = text("__typename") == Some("Bot") || login.ends_with(BOT_SUFFIX);
    Author { person: person(login, logins), is_bot }
}

/// The author of a commit: its account, or a bot that is known by its name only.
pub(super) fn commit_author(author: Option<&Value>, logins: &dyn HashLogins) -> Author {
    let user = author.and_then(|author| author.get("user")).filter(|user| !user.is_null());
    let name = author.and_then(|author| author.get("name")).and_then(Value::as_str);
    match (user, name) {
        (None, Some(name)) if name.ends_with(BOT_SUFFIX) => {
            Author { person: person(name, logins), is_bot: true }
        }
        (user, _) => actor(user, logins),
    }
}

/// The login that an actor is compared by within one answer; it does not leave this source.
pub(super) fn login(actor: Option<&Value>) -> Option<&str> {
    actor?.get("login")?.as_str().filter(|login| !login.is_empty())
}

fn person(login: &str, logins: &dyn HashLogins) -> Option<delivery::domain::Person> {
    let login = login.strip_suffix(BOT_SUFFIX).unwrap_or(login);
    (!login.is_empty()).then(|| logins.person(login))
}

#[cfg(test)]
mod tests {
    use super::*;
    use delivery::domain::Person;
    use serde_json::json;

    struct Lengths;

    impl HashLogins for Lengths {
        fn person(&self, login: &str) -> Person {
            Person(login.len() as u64)
        }
    }

    #[test]
    fn a_bot_is_one_person_however_it_is_called() {
        let bot = Author { person: Some(Person(10)), is_bot: true };
        let in_graphql = json!({ "__typename": "Bot", "login": "dependabot" });
        let in_commits = json!({ "name": "dependabot[bot]", "user": null });
        assert_eq!(actor(Some(&in_graphql), &Lengths), bot);
        assert_eq!(commit_author(Some(&in_commits), &Lengths), bot);
    }

    #[test]
    fn a_deleted_account_is_nobody() {
        let nobody = Author { person: None, is_bot: false };
        assert_eq!(actor(Some(&Value::Null), &Lengths), nobody);
        assert_eq!(actor(None, &Lengths), nobody);
        let by_name = json!({ "name": "Mona", "user": null });
        assert_eq!(commit_author(Some(&by_name), &Lengths), nobody);
    }
}
