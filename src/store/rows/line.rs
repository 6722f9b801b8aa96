//! A row as one line of text. A whole page of a table comes as one value: sqlx copies every value of
//! every row between threads, which would take most of a start with a million facts.
//!
//! Columns are divided by the character 31 and rows by 30. JSON text holds neither, and whatever
//! else is no number comes as hexadecimal digits. `-` stands for NULL.

use super::malformed;
use delivery::domain::{Oid, Time};
use std::str::{FromStr, Split};
use std::sync::Arc;

/// What divides columns: SQL's `char(31)`.
const COLUMNS: char = '\u{1f}';
/// What divides rows: SQL's `char(30)`.
const ROWS: char = '\u{1e}';
/// What stands for NULL.
const NULL: &str = "-";

/// The rows of a page's only value; absent where the page is empty.
pub(in crate::store) fn lines(page: Option<&str>) -> impl Iterator<Item = Line<'_>> {
    page.into_iter().flat_map(|page| page.split(ROWS)).map(|row| Line(row.split(COLUMNS)))
}

/// A row's columns, read from left to right.
pub(in crate::store) struct Line<'a>(Split<'a, char>);

impl<'a> Line<'a> {
    /// The next column as it stands: JSON text, or one of a few words.
    pub fn text(&mut self) -> Result<&'a str, sqlx::Error> {
        self.0.next().ok_or_else(|| malformed("a row without all its columns"))
    }

    /// The next column, unless it is NULL.
    pub fn optional(&mut self) -> Result<Option<&'a str>, sqlx::Error> {
        Ok(Some(self.text()?).filter(|text| *text != NULL))
    }

    /// The next column, a number.
    pub fn number<T: FromStr>(&mut self) -> Result<T, sqlx::Error> {
        number(self.text()?)
    }

    /// The next column, a number or NULL.
    pub fn optional_number<T: FromStr>(&mut self) -> Result<Option<T>, sqlx::Error> {
        self.optional()?.map(number).transpose()
    }

    /// The next column, 0 or 1.
    pub fn flag(&mut self) -> Result<bool, sqlx::Error> {
        Ok(self.text()? == "1")
    }

    /// The next column, bits of a 64-bit hash or id.
    pub fn bits(&mut self) -> Result<u64, sqlx::Error> {
        Ok(self.number::<i64>()?.cast_unsigned())
    }

    /// The next column, perhaps bits of a 64-bit hash or id.
    pub fn optional_bits(&mut self) -> Result<Option<u64>, sqlx::Error> {
        Ok(self.optional_number()?.map(i64::cast_unsigned))
    }

    /// The next column, an instant.
    pub fn time(&mut self) -> Result<Time, sqlx::Error> {
        Ok(Time(self.number()?))
    }

    /// The next column, an object id in hexadecimal digits.
    pub fn oid(&mut self) -> Result<Oid, sqlx::Error> {
        oid(self.text()?)
    }

    /// The next column, perhaps an object id.
    pub fn optional_oid(&mut self) -> Result<Option<Oid>, sqlx::Error> {
        self.optional()?.map(oid).transpose()
    }

    /// The next column, object ids one after the other.
    pub fn oids(&mut self) -> Result<Vec<Oid>, sqlx::Error> {
        let text = self.text()?;
        (0..text.len().div_ceil(40))
            .map(|at| oid(text.get(at * 40..(at + 1) * 40).unwrap_or_default()))
            .collect()
    }

    /// The next column, free text in hexadecimal digits.
    pub fn name<T: From<String>>(&mut self) -> Result<T, sqlx::Error> {
        name(self.text()?).map(T::from)
    }

    /// The next column, perhaps free text.
    pub fn optional_name(&mut self) -> Result<Option<Arc<str>>, sqlx::Error> {
        Ok(self.optional()?.map(name).transpose()?.map(Arc::from))
    }
}

fn number<T: FromStr>(text: &str) -> Result<T, sqlx::Error> {
    text.parse().map_err(|_| malformed("a number that is none"))
}

fn oid(digits: &str) -> Result<Oid, sqlx::Error> {
    let mut bytes = [0; 20];
    let fits = digits.len() == 40 && unhex(digits, |at, byte| bytes[at] = byte);
    if fits { Ok(Oid(bytes)) } else { Err(malformed("an object id that is not 20 bytes")) }
}

fn name(digits: &str) -> Result<String, sqlx::Error> {
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    let whole = unhex(digits, |_, byte| bytes.push(byte));
    let text = String::from_utf8(bytes).ok().filter(|_| whole);
    text.ok_or_else(|| malformed("a text that is none"))
}

/// Hands over each byte; false where the text is not of hexadecimal digits only.
fn unhex(digits: &str, mut put: impl FnMut(usize, u8)) -> bool {
    let value = |digit: u8| (digit as char).to_digit(16);
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    rest.is_empty()
        && pairs.iter().enumerate().all(|(at, [high, low])| {
            let (Some(high), Some(low)) = (value(*high), value(*low)) else { return false };
            put(at, (high << 4 | low) as u8);
            true
        })
}
