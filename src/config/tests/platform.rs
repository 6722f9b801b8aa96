//! `[platform]`, and the annotation of templates.

use super::{MINIMAL, load_text, problems};

#[test]
fn workflows_of_collected_and_of_named_owners_have_names() {
    let settings = load_text(MINIMAL, &[]).unwrap();
    assert!(settings.platform.workflow_files);
    assert_eq!(settings.platform.workflow_owners, ["acme".to_owned()].into());
    assert_eq!(settings.ownership.template_annotation, "backstage.io/source-template");
    assert!(settings.catalog.is_none());
    let text = "[[github]]\norganizations = [\"Acme\"]\nrepositories = [\"zoo/*\"]\n\
                [catalog]\ntemplate_annotation = \"acme.example/template\"\n\
                [platform]\nworkflow_files = false\nworkflow_owners = [\"Actions\", \"acme\"]\n";
    let settings = load_text(text, &[]).unwrap();
    assert!(!settings.platform.workflow_files);
    let owners: Vec<&String> = settings.platform.workflow_owners.iter().collect();
    assert_eq!(owners, ["acme", "actions", "zoo"]);
    assert_eq!(settings.ownership.template_annotation, "acme.example/template");
    let variables = [("DORA__PLATFORM__WORKFLOW_OWNERS", "actions,github")];
    let settings = load_text(MINIMAL, &variables).unwrap();
    assert_eq!(settings.platform.workflow_owners.len(), 3);
}

#[test]
fn what_is_no_owner_and_no_annotation_is_refused_with_its_key() {
    for (text, key, advice) in [
        ("[platform]\nworkflow_owners = [\"a/b\"]", "platform.workflow_owners", "login alone"),
        ("[platform]\nworkflow_files = 3", "platform.workflow_files", "true"),
        ("[platform]\nworkflows = true", "platform.workflows", "workflow_files"),
        ("[catalog]\ntemplate_annotation = \" \"", "catalog.template_annotation", "is empty"),
        ("[catalog]\ntemplate_annotation = \"a b\"", "catalog.template_annotation", "annotation"),
    ] {
        let told = problems(&format!("{MINIMAL}{text}\n"), &[]);
        assert!(told.contains(key) && told.contains(advice), "{text}: {told}");
    }
}
