//! What of a Markdown text its author says to readers: a template's hints stand in comments, what
//! others said in quotes, and what machines printed in fenced blocks.

/// The text without comments, quotes and fenced blocks. What is not closed reaches to the end.
pub(in crate::sources) fn prose(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut fence: Option<&str> = None;
    let mut in_comment = false;
    for line in text.lines() {
        if let Some(open) = fence {
            let closes =
                fence_of(line).is_some_and(|mark| mark.starts_with(open) && line.trim() == mark);
            if closes {
                fence = None;
            }
            continue;
        }
        if !in_comment {
            fence = fence_of(line);
            if fence.is_some() || line.trim_start().starts_with('>') {
                continue;
            }
        }
        in_comment = outside_comments(line, in_comment, &mut said);
        said.push('\n');
    }
    said
}

/// The marks with which a line opens or closes a fenced block: at least three backticks or tildes.
fn fence_of(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|mark| ['`', '~'].contains(mark))?;
    let marks = &line[..line.len() - line.trim_start_matches(mark).len()];
    // A code span on one line is no block.
    let is_span = mark == '`' && line[marks.len()..].contains('`');
    (marks.len() >= 3 && !is_span).then_some(marks)
}

/// Adds what of a line stands outside comments, and tells whether it ends within one.
fn outside_comments(line: &str, mut in_comment: bool, said: &mut String) -> bool {
    let mut rest = line;
    loop {
        let mark = if in_comment { "-->" } else { "<!--" };
        let (before, after) = match rest.split_once(mark) {
            Some((before, after)) => (before, Some(after)),
            None => (rest, None),
        };
        if !in_comment {
            said.push_str(before);
        }
        match after {
            Some(after) => (rest, in_comment) = (after, !in_comment),
            None => return in_comment,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_quotes_and_blocks_are_not_said() {
        for (text, expected) in [
            ("Caused by #1", "Caused by #1"),
            ("<!-- Caused by #2 -->down", "down"),
            ("down <!-- a --> since <!-- b --> noon", "down  since  noon"),
            ("<!--\nCaused by #2\n> x\n```\n-->\nCaused by #3", "Caused by #3"),
            ("a\n<!-- for ever\nCaused by #2", "a"),
            ("> caused by #3\nno", "no"),
            ("```text\ncaused by #4\n```\nend", "end"),
            ("~~~\n```\ncaused by #4\n~~~\nend", "end"),
            ("````\n```\ncaused by #4\n````\nend", "end"),
            ("```\n<!--\n```\nend", "end"),
            ("```\nfor ever", ""),
            ("```caused by #5```", "```caused by #5```"),
            ("caused by `0123abc`", "caused by `0123abc`"),
            ("--> a", "--> a"),
            ("", ""),
        ] {
            assert_eq!(prose(text).trim(), expected, "{text}");
        }
    }
}
