//! Tables for a terminal. Names come from outside, so what a terminal would obey is taken out.

use std::fmt::Write;

/// A table whose columns are as wide as what they hold.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these heads.
    pub fn new(heads: &[&str]) -> Table {
        Table { rows: vec![heads.iter().map(|head| (*head).to_owned()).collect()] }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells.iter().map(|cell| plain(cell)).collect());
    }

    /// Writes it, indented.
    pub fn write(&self, text: &mut String) {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|at| {
                self.rows
                    .iter()
                    .filter_map(|row| row.get(at))
                    .map(|cell| width(cell))
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        for row in &self.rows {
            let mut line = String::from(" ");
            for (cell, wide) in row.iter().zip(&widths) {
                let gap = wide - width(cell);
                // Writing to a string cannot fail.
                let _ = write!(line, " {cell}{:gap$} ", "");
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
}

fn width(cell: &str) -> usize {
    cell.chars().count()
}

/// A text without what moves the cursor, changes colours or breaks lines.
pub fn plain(text: &str) -> String {
    text.chars().map(|letter| if is_obeyed(letter) { '\u{fffd}' } else { letter }).collect()
}

/// Whether a terminal obeys it, instead of showing it: control characters, and those that turn the
/// direction of what comes after them.
pub fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_they_hold_and_names_cannot_move_the_cursor() {
        let mut table = Table::new(&["id", "name"]);
        table.row(vec!["1".into(), "pay\u{1b}[2J\nme\u{202e}nts".into()]);
        table.row(vec!["12345".into(), "ü".into()]);
        let mut text = String::new();
        table.write(&mut text);
        assert_eq!(
            text,
            "  id     name\n  1      pay\u{fffd}[2J\u{fffd}me\u{fffd}nts\n  12345  ü\n"
        );
    }
}
