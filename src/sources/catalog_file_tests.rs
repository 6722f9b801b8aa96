//! Catalog files: several documents, each standing alone.

use super::*;

const TEMPLATE: &str = "backstage.io/source-template";

const FILE: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: api
  annotations:
    pagerduty.com/service-id: PABC
    backstage.io/techdocs-ref: dir:.
    backstage.io/source-template: template:default/Rust-Service
  links:
    - url: https://example.org/slo
      title: SLO dashboard
spec:
  type: service
  lifecycle: production
  owner: group:default/Payments
  system: system:default/checkout
---
# nothing here
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: web }
spec: { owner: user:jane, lifecycle: experimental }
---
kind: [this, is, no
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: stray
  annotations: { github.com/project-slug: nowhere }
spec: { owner: core }
---
apiVersion: backstage.io/v1alpha1
kind: Location
spec:
  targets: [./web/catalog-info.yaml, ../../etc/passwd, https://example.org/other.yaml, './*/c.yaml']
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: payments }
";

#[test]
fn each_document_stands_alone_and_what_is_broken_is_named() {
    let read = read_catalog_file("services/catalog-info.yaml", FILE, &[], TEMPLATE);
    let names: Vec<&str> = read.components.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["api", "web"]);
    let api = &read.components[0];
    assert_eq!(api.team.as_deref(), Some("payments"));
    assert_eq!(api.system.as_deref(), Some("checkout"));
    assert_eq!(api.lifecycle.as_deref(), Some("production"));
    assert_eq!(api.pagerduty_service.as_deref(), Some("PABC"));
    assert!(api.has_on_call && api.has_docs && api.has_slo);
    assert_eq!(api.template.as_deref(), Some("rust-service"));
    assert_eq!((&*api.root, &api.repository), ("services", &None));
    let web = &read.components[1];
    assert_eq!((web.team.as_deref(), web.lifecycle.as_deref()), (None, Some("experimental")));
    assert!(!web.has_on_call && !web.has_docs && !web.has_slo && web.template.is_none());
    assert_eq!(read.targets, ["services/web/catalog-info.yaml"]);
    let reasons: Vec<&str> = read.problems.iter().map(Problem::reason).collect();
    assert_eq!(reasons, ["no_team", "malformed", "no_repository"]);
    assert!(read.problems[1].to_string().contains("line 25"), "{}", read.problems[1]);
}

#[test]
fn no_text_of_a_file_is_told() {
    for text in ["kind: {a: jane}", "jane@example.org", "spec: [jane]", "metadata: jane"] {
        let read = read_catalog_file("catalog-info.yaml", text, &[], TEMPLATE);
        assert_eq!(read.problems.len(), 1, "{text}");
        assert!(!read.problems[0].to_string().contains("jane"), "{}", read.problems[0]);
    }
}

#[test]
fn hostile_files_are_refused_in_little_time() {
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned()
        + &(0..40).map(|n| format!("b{n}: &b{n} [*a,*a,*a,*a,*a,*a,*a,*a]\n")).collect::<String>();
    for text in [bomb, "[".repeat(100_000), "\u{0}\u{1}".to_owned(), "- a\n- b\n".to_owned()] {
        let read = read_catalog_file("catalog-info.yaml", &text, &[], TEMPLATE);
        assert!(read.components.is_empty());
        assert!(read.problems.len() <= 1, "{:?}", read.problems);
    }
    let large = format!("kind: Component\n# {}", "x".repeat(LARGEST));
    assert_eq!(
        read_catalog_file("catalog-info.yaml", &large, &[], TEMPLATE).problems,
        [Problem::TooLarge]
    );
    assert!(read_catalog_file("catalog-info.yaml", "", &[], TEMPLATE).problems.is_empty());
}
