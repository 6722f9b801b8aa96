//! Exports as the vendors' documentation describes them, and what is refused.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::config::{ConfigFile, Sources, load_offline};

const CONFIG: &str = r#"
[surveys]
team_column = "Which team are you in?"
[[surveys.questions]]
id = "tools"
column = "How satisfied are you with our development tools?"
dimension = "satisfaction"
scale = "1-5"
[[surveys.questions]]
id = "unrelated_work"
column = "How many hours a week do you spend on work that is not directly related to building the product?"
dimension = "efficiency"
scale = "hours"
[[surveys.questions]]
id = "answers"
column = "I get answers from other teams when I need them."
dimension = "communication"
scale = "1-5"
labels = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]
[[surveys.questions]]
id = "slowed_by_meetings"
column = "What slowed you down? (several answers)"
dimension = "efficiency"
scale = "yes/no"
option = "Meetings"
direction = "lower_is_better"
[[surveys.teams]]
name = "payments"
spellings = ["Team Zahlungen"]
[[surveys.teams]]
name = "search"
"#;

const MICROSOFT: &[u8] = include_bytes!("../../../tests/data/surveys/microsoft_forms.csv");
const TYPEFORM: &[u8] = include_bytes!("../../../tests/data/surveys/typeform.csv");
const GOOGLE: &[u8] = include_bytes!("../../../tests/data/surveys/google_forms.csv");
const PLAIN: &[u8] = include_bytes!("../../../tests/data/surveys/plain.tsv");

fn settings(text: &str) -> SurveySettings {
    let file = Some(ConfigFile::Text { name: "dora.toml".into(), text: text.into() });
    let sources = Sources { file, ..Sources::default() };
    load_offline(&sources).unwrap_or_else(|problems| panic!("{problems}")).surveys
}

fn plain_settings() -> SurveySettings {
    settings(&CONFIG.replace("Which team are you in?", "team"))
}

fn of_quarter() -> SurveyRequest {
    SurveyRequest { survey: Some("2026q3".into()), ..SurveyRequest::default() }
}

fn read(file: &[u8], settings: &SurveySettings) -> Result<SurveyReading, SurveyRefusal> {
    read_survey(file, settings, &of_quarter())
}

/// The answers of all teams, written down.
fn counts(reading: &SurveyReading) -> String {
    let mut text = String::new();
    for (team, answers) in &reading.import.teams {
        text += &format!("{team} {}\n", answers.responses);
        for (id, answered) in &answers.questions {
            text += &format!("  {id} {:?}\n", answered.counts);
        }
    }
    text
}

const COUNTS: &str = "payments 7
  answers {2: 1, 3: 1, 4: 3, 5: 2}
  slowed_by_meetings {0: 2, 1: 4}
  tools {2: 1, 3: 1, 4: 3, 5: 2}
  unrelated_work {16200: 1, 18000: 1, 21600: 2, 25200: 1, 28800: 1, 43200: 1}
search 5
  answers {1: 1, 2: 3, 3: 1}
  slowed_by_meetings {0: 3, 1: 2}
  tools {1: 1, 2: 2, 3: 2}
  unrelated_work {28800: 1, 32400: 1, 36000: 1, 39600: 1, 50400: 1}
";

#[test]
fn exports_of_every_vendor_and_the_plain_form_tell_the_same() {
    let (forms, plain) = (settings(CONFIG), plain_settings());
    let table = [
        ("Microsoft Forms", MICROSOFT, &forms, 5, false),
        ("Google Forms", GOOGLE, &forms, 3, false),
        ("Typeform", TYPEFORM, &forms, 9, true),
        ("the plain form", PLAIN, &plain, 0, false),
    ];
    for (vendor, file, settings, dropped, a_column_a_choice) in table {
        let reading = read(file, settings).unwrap_or_else(|error| panic!("{vendor}: {error}"));
        // Where each choice has a column, nothing chosen cannot be told from nothing answered.
        let expected = match a_column_a_choice {
            true => COUNTS.replacen(
                "slowed_by_meetings {0: 2, 1: 4}",
                "slowed_by_meetings {0: 3, 1: 4}",
                1,
            ),
            false => COUNTS.to_owned(),
        };
        assert_eq!(counts(&reading), expected, "{vendor}");
        assert_eq!((reading.answers, reading.dropped_columns), (12, dropped), "{vendor}");
        assert_eq!(&*reading.terms.survey, "2026Q3");
        let kept = format!("{reading:?}").to_lowercase();
        for name in ["hilde", "otto", "acme.example", "b7d", "k0v9z", "wiki", "hyperlink"] {
            assert!(!kept.contains(name), "{vendor}: {name} was kept");
        }
    }
}

#[test]
fn json_tells_the_same_as_a_table_and_unknown_fields_are_dropped() {
    let document = br#" {"survey": "2026Q3", "closed": "2026-10-05", "by": "Hilde Sandvik",
        "invited": {"payments": 9}, "answers": [
        {"team": "payments", "id": "a", "name": "Otto Brandt", "tools": 4, "unrelated_work": 2.5,
         "slowed_by_meetings": ["Meetings", "Slow builds"], "free": {"deep": ["text"]}},
        {"team": "Team Zahlungen", "id": 7, "tools": 5, "answers": "Agree", "slowed_by_meetings": []},
        {"team": "search", "id": "c", "tools": null}]}"#;
    let settings = settings(CONFIG);
    let request = SurveyRequest::default();
    let reading = read_survey(&document[..], &settings, &request).unwrap();
    assert_eq!(
        counts(&reading),
        "payments 2\n  answers {4: 1}\n  slowed_by_meetings {0: 1, 1: 1}\n  tools {4: 1, 5: 1}\n  \
         unrelated_work {9000: 1}\n"
    );
    assert_eq!((reading.answers, reading.without_an_answer), (2, 1));
    assert_eq!(reading.terms.closed.map(|closed| closed.0), Some(1_791_158_400));
    assert_eq!(reading.import.teams["payments"].invited, Some(9));
    assert!(!format!("{reading:?}").contains("Otto"));

    let other = SurveyRequest { survey: Some("2026Q2".into()), ..SurveyRequest::default() };
    let refusal = read_survey(&document[..], &settings, &other).unwrap_err().to_string();
    assert!(refusal.contains("names another survey than the request"), "{refusal}");
    for broken in ["{", "{\"answers\": 7}", "{\"answers\": [{\"tools\": {\"Otto\": 1}}]}", "{} x"] {
        let refusal = read(broken.as_bytes(), &settings).unwrap_err().to_string();
        assert!(refusal.contains("JSON") || refusal.contains("no answer"), "{broken}: {refusal}");
        assert!(!refusal.contains("Otto"), "{refusal}");
    }
}

#[test]
fn a_file_that_cannot_be_understood_as_a_whole_is_refused_in_clear_words() {
    let header = "team,tools\n";
    let utf_16: Vec<u8> =
        "\u{feff}team,tools\npayments,4\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let without_mark = utf_16[2..].to_vec();
    let windows: Vec<u8> = b"team,tools\npayments,4\nM\xfcnchen,4\n".to_vec();
    let table: [(Vec<u8>, &str); 10] = [
        (",".repeat(3_000).into_bytes(), "line 1 has more than 2000 cells"),
        (Vec::new(), "the file is empty"),
        (utf_16, "in UTF-16; save it as \"CSV UTF-8\""),
        (without_mark, "in UTF-16"),
        (windows, "line 3 is not in UTF-8"),
        (b"squad,tools\npayments,4\n".to_vec(), "no column is called `team`"),
        (b"team,other\npayments,4\n".to_vec(), "none of the 2 columns"),
        (b"team,tools,Tools\npayments,4,4\n".to_vec(), "two columns are called `tools`"),
        (header.as_bytes().to_vec(), "no answer to any question"),
        (b"team,tools\n,\n".to_vec(), "no answer to any question"),
    ];
    let settings = plain_settings();
    for (file, expected) in table {
        for skip_invalid in [false, true] {
            let request = SurveyRequest { skip_invalid, ..of_quarter() };
            let refusal = read_survey(&*file, &settings, &request).unwrap_err().to_string();
            assert!(refusal.contains(expected), "{:?}: {refusal}", String::from_utf8_lossy(&file));
        }
    }
    let nothing = SurveySettings::default();
    let refusal = read(b"team,tools\n", &nothing).unwrap_err().to_string();
    assert!(refusal.contains("no question is configured"), "{refusal}");
}

#[test]
fn rows_that_cannot_be_understood_refuse_the_file_or_are_skipped_and_are_told_by_their_lines() {
    let file = "sep=;\nteam;ID;tools;free\n\
                payments;1;4;\"two\nlines\"\n\
                Otto Brandt;2;4;\n\
                payments;3;6;\n\
                payments;1;5;\n\
                ;4;5;\n\
                payments;5;=cmd();\n\
                =cmd();6;5;\n\
                payments;7;5\n\
                payments;8;;nothing\n\
                search;9;3;\n";
    let settings = plain_settings();
    let refusal = read(file.as_bytes(), &settings).unwrap_err();
    let windows = file.replace('\n', "\r\n");
    assert_eq!(read(windows.as_bytes(), &settings).unwrap_err(), refusal, "whatever ends a line");
    let macintosh = "team,tools\rpayments,4\rpayments,9\r";
    let of_macintosh = read(macintosh.as_bytes(), &settings).unwrap_err().to_string();
    assert!(of_macintosh.contains("1 row cannot be understood"), "{of_macintosh}");
    let SurveyRefusal::Lines(problems) = &refusal else { panic!("{refusal}") };
    let expected = [
        "line 5: names a team that is not known; write it into [[surveys.teams]], with its spellings",
        "line 6: the answer to `tools` is no whole number from 1 to 5",
        "line 7: has the id of a row before it",
        "line 8: names no team",
        "line 9: the answer to `tools` is a formula",
        "line 10: has a formula in place of a team",
        "line 11: has 3 cells in place of 4",
    ];
    assert_eq!((problems.total, &problems.first[..]), (7, &expected.map(str::to_owned)[..]));
    assert!(!refusal.to_string().contains("Otto"), "{refusal}");
    let request = SurveyRequest { skip_invalid: true, ..of_quarter() };
    let reading = read_survey(file.as_bytes(), &settings, &request).unwrap();
    assert_eq!(counts(&reading), "payments 1\n  tools {4: 1}\nsearch 1\n  tools {3: 1}\n");
    assert_eq!((reading.skipped.total, reading.without_an_answer), (7, 1));
}

#[test]
fn a_form_for_one_team_needs_no_column_for_it() {
    let settings = plain_settings();
    let request = SurveyRequest {
        team: Some("TEAM zahlungen".into()),
        invited: vec!["payments=3".into()],
        ..of_quarter()
    };
    let reading = read_survey(&b"tools\n4\n5\n"[..], &settings, &request).unwrap();
    assert_eq!(counts(&reading), "payments 2\n  tools {4: 1, 5: 1}\n");
    assert_eq!(reading.import.only.as_deref(), Some("payments"));
    for (team, invited, expected) in [
        ("marketing", "payments=3", "no team of that name"),
        ("payments", "payments", "TEAM=NUMBER"),
        ("payments", "payments=many", "whole number"),
        ("payments", "marketing=1", "no team of that name"),
    ] {
        let invited = vec![invited.to_owned()];
        let request = SurveyRequest { team: Some(team.into()), invited, ..of_quarter() };
        let refusal = read_survey(&b"tools\n4\n5\n"[..], &settings, &request).unwrap_err();
        assert!(refusal.to_string().contains(expected), "{refusal}");
    }
}

#[test]
fn hundreds_of_thousands_of_rows_are_counted_one_by_one() {
    let mut file = b"team,id,tools,unrelated_work,comment\n".to_vec();
    let rows = 200_000_u64;
    for row in 0..rows {
        file.extend_from_slice(
            format!("payments,r{row},{},{},x\n", row % 5 + 1, row % 40).as_bytes(),
        );
    }
    let reading = read(&file, &plain_settings()).unwrap();
    assert_eq!(reading.answers, rows);
    assert_eq!(reading.import.teams["payments"].questions["tools"].size(), rows);
    assert_eq!(reading.import.teams["payments"].questions["unrelated_work"].counts.len(), 40);
}
