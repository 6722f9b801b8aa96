//! Owners, slugs and source locations in all their spellings.

#![allow(clippy::unwrap_used)]

use super::*;
use serde_json::json;

const ROOT: Place<'_> = Place::File(Home { folder: "", names: &[] });

#[test]
fn owners_are_teams_in_all_their_spellings() {
    for (owner, expected) in [
        ("payments", Some("payments")),
        ("Payments", Some("payments")),
        ("group:payments", Some("payments")),
        ("Group:default/payments", Some("payments")),
        ("default/payments", Some("payments")),
        ("group:guild/payments", Some("guild/payments")),
        ("user:default/jane", None),
        ("jane@example.org", None),
        ("", None),
    ] {
        assert_eq!(team(owner).as_deref(), expected, "{owner}");
    }
}

#[test]
fn only_a_component_with_a_name_is_one() {
    for (kind, name, expected) in [
        ("Component", "api", (true, vec![])),
        ("component", "Pay.api_2-eu", (true, vec![])),
        ("Component", "${{ values.name }}", (false, vec![Flaw::NoName])),
        ("Component", "two words", (false, vec![Flaw::NoName])),
        ("Component", "-api", (false, vec![Flaw::NoName])),
        ("Component", "", (false, vec![Flaw::NoName])),
        ("Template", "${{ values.name }}", (false, vec![])),
    ] {
        let text = json!({ "kind": kind, "metadata": { "name": name }, "spec": { "owner": "a" } });
        let entity: Entity = serde_json::from_value(text).unwrap();
        let (found, flaws) = component(&entity, ROOT);
        assert_eq!((found.is_some(), flaws), expected, "{kind} {name}");
    }
}

fn read(annotations: serde_json::Value, place: Place<'_>) -> Option<(Option<String>, String)> {
    let entity: Entity = serde_json::from_value(json!({
        "kind": "Component",
        "metadata": { "name": "api", "annotations": annotations },
        "spec": { "owner": "core" },
    }))
    .unwrap();
    let found = component(&entity, place).0?;
    Some((found.repository.map(|name| name.to_string()), found.root.to_string()))
}

#[test]
fn a_component_says_where_it_belongs() {
    let of = |name: &str, root: &str| Some((Some(name.to_owned()), root.to_owned()));
    let slug = json!({ "github.com/project-slug": "acme/shop" });
    let location = |url: &str| json!({ "backstage.io/source-location": url });
    let deep = "url:https://github.com/acme/shop/tree/main/services/api/";
    assert_eq!(read(slug.clone(), Place::Server), of("acme/shop", ""));
    assert_eq!(read(location(deep), Place::Server), of("acme/shop", "services/api"));
    let whole = location("url:https://github.com/acme/shop/tree/main/");
    assert_eq!(read(whole, Place::Server), of("acme/shop", ""));
    let blob = location("url:https://ghe.example/acme/shop/blob/main/api/catalog-info.yaml");
    assert_eq!(read(blob, Place::Server), of("acme/shop", "api"));
    assert_eq!(read(location("dir:./x"), Place::Server), None);
    assert_eq!(read(json!({}), Place::Server), None, "nobody knows of which repository");
    let names = ["acme/store", "Acme/Shop"];
    let file = |names| Place::File(Home { folder: "api", names });
    assert_eq!(read(json!({}), file(&names)), Some((None, "api".to_owned())));
    assert_eq!(
        read(slug.clone(), file(&names)),
        Some((None, "api".to_owned())),
        "by a former name"
    );
    assert_eq!(read(slug, file(&names[..1])), of("acme/shop", ""), "it describes another");
    let wrong = json!({ "github.com/project-slug": "https://github.com/acme/shop" });
    assert_eq!(read(wrong, ROOT), None);
}

#[test]
fn what_is_missing_or_null_is_empty() {
    for entity in [
        json!({ "kind": "Component", "metadata": { "name": "a" }, "spec": null }),
        json!({ "kind": "Component", "metadata": { "name": "a", "annotations": null } }),
        json!({ "kind": "component", "metadata": { "name": "a", "links": null } }),
    ] {
        let entity: Entity = serde_json::from_value(entity).unwrap();
        let (found, flaws) = component(&entity, ROOT);
        assert!(found.is_some_and(|found| found.team.is_none()) && flaws.is_empty());
    }
    let entity: Entity = serde_json::from_value(json!({ "kind": "API" })).unwrap();
    assert!(component(&entity, ROOT).0.is_none());
}

#[test]
fn a_template_goes_by_its_name_in_all_spellings() {
    const ANNOTATION: &str = "backstage.io/source-template";
    for (written, expected) in [
        ("template:default/Rust-Service", Some("rust-service")),
        ("Template:rust-service", Some("rust-service")),
        ("rust-service", Some("rust-service")),
        ("template:guild/service", Some("guild/service")),
        ("", None),
        ("  ", None),
        ("template:", None),
        ("a\nb", None),
        (&"x".repeat(101), None),
    ] {
        let text = json!({ "kind": "Component",
            "metadata": { "name": "api", "annotations": { ANNOTATION: written } } });
        let entity: Entity = serde_json::from_value(text).unwrap();
        assert_eq!(entity.template(ANNOTATION).as_deref(), expected, "{written}");
        assert_eq!(entity.template("acme.example/template"), None);
    }
}
