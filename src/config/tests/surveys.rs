//! `[surveys]`: questions, teams and the token.

use super::*;
use delivery::domain::{Dimension, Scale};

const QUESTION: &str = "[[surveys.questions]]\nid = \"tools\"\ndimension = \"satisfaction\"\n";

#[test]
fn questions_teams_and_the_token_are_read() {
    let text = format!(
        "{MINIMAL}[surveys]\nminimum_responses = 7\nteam_column = \"Which  Team?\"\n\
         token_env = \"SURVEYS\"\n\
         [[surveys.questions]]\nid = \"unrelated_work\"\ncolumn = \"How many hours?\"\n\
         dimension = \"efficiency\"\nscale = \"hours\"\n\
         {QUESTION}scale = \"yes/no\"\nlabels = [\"Nein\", \"Ja\"]\ndirection = \"lower_is_better\"\n\
         [[surveys.teams]]\nname = \"design\"\nspellings = [\"Team Design\"]\n\
         [[ownership.rules]]\nrepositories = [\"acme/*\"]\nteam = \"Payments\"\n"
    );
    let settings = load_text(&text, &[("SURVEYS", "sesame")]).unwrap();
    let surveys = &settings.surveys;
    assert_eq!((surveys.minimum, &*surveys.team_column), (7, "which team?"));
    let (token, origin) = surveys.token.as_ref().unwrap();
    assert_eq!(token.expose_secret(), "sesame");
    assert_eq!(origin, "the environment variable SURVEYS");
    let hours = &surveys.questions[0];
    assert_eq!((&*hours.column, hours.question.scale), ("how many hours?", Scale::Hours));
    let tools = &surveys.questions[1];
    assert_eq!((&*tools.column, tools.question.dimension), ("tools", Dimension::Satisfaction));
    assert_eq!(
        (tools.question.higher_is_better, &tools.labels[..]),
        (false, &["nein".into(), "ja".into()][..])
    );
    let found = |spelling| surveys.teams.find(spelling).map(|team| team.to_string());
    assert_eq!(found(" team  design "), Some("design".to_owned()));
    assert_eq!(found("payments"), Some("Payments".to_owned()));
    assert_eq!(found("search"), None);
}

#[test]
fn mistakes_are_told_with_their_remedy() {
    let table = [
        ("[surveys]\nminimum_responses = 2\n", "is too small to hide anybody"),
        ("[surveys]\nquestion = 1\n", "did you mean `questions`?"),
        (
            "[[surveys.questions]]\nid = \"Tools\"\ndimension = \"satisfaction\"\nscale = \"1-5\"\n",
            "is no id",
        ),
        (
            "[[surveys.questions]]\nid = \"team\"\ndimension = \"satisfaction\"\nscale = \"1-5\"\n",
            "every answer has",
        ),
        (
            "[[surveys.questions]]\nid = \"a\"\ndimension = \"joy\"\nscale = \"1-7\"\n",
            "`joy` is unknown",
        ),
        (
            "[[surveys.questions]]\nid = \"a\"\ndimension = \"activity\"\nscale = \"1-7\"\n",
            "`1-7` is unknown",
        ),
        (
            "[[surveys.questions]]\nid = \"a\"\ndimension = \"activity\"\nscale = \"1-5\"\nlabels = [\"x\"]\n",
            "has 1 answers; write the 5",
        ),
        (
            "[[surveys.questions]]\nid = \"a\"\ndimension = \"activity\"\nscale = \"1-5\"\noption = \"x\"\n",
            "write scale = \"yes/no\"",
        ),
        (
            "[[surveys.questions]]\nid = \"a\"\ndimension = \"activity\"\nscale = \"hours\"\ndirection = \"lower_is_better\"\n",
            "hours have no direction",
        ),
        (
            "[[surveys.questions]]\nid = \"a\"\ndimension = \"activity\"\nscale = \"hours\"\n[[surveys.questions]]\nid = \"b\"\ndimension = \"activity\"\nscale = \"hours\"\n",
            "one question has it",
        ),
        (
            "[[surveys.teams]]\nname = \"a\"\nspellings = [\"x\"]\n[[surveys.teams]]\nname = \"b\"\nspellings = [\"X\"]\n",
            "is a spelling of `a` already",
        ),
        ("[surveys]\ntoken_env = \"NOT_SET\"\n", "is not set"),
    ];
    for (text, expected) in table {
        let problems = problems(&format!("{MINIMAL}{text}"), &[]);
        assert!(problems.contains(expected), "{text}: {problems}");
    }
}
