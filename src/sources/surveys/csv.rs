//! CSV: commas, semicolons or tabs, in UTF-8 with or without a byte order mark.

use super::columns::Places;
use super::tally::{Row, Tally};
use super::{LARGEST_FILE, SurveyReading, SurveyRefusal, SurveyTerms, unreadable};
use crate::config::SurveySettings;
use csv::{ByteRecord, ReaderBuilder, Terminator};
use std::io::BufRead;

/// What may separate cells.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];
/// The most cells of a row; no form has as many questions.
const MOST_CELLS: usize = 2_000;
/// What Excel puts first into UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// How UTF-16 begins, in either order.
const UTF_16: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];
/// What to do about another encoding.
const SAVE_AS: &str = "save it as \"CSV UTF-8\", and send that";

/// Reads a file.
pub(super) fn read(
    mut input: impl BufRead,
    settings: &SurveySettings,
    terms: SurveyTerms,
) -> Result<SurveyReading, SurveyRefusal> {
    let (separator, lines_before) = start(&mut input, settings, &terms)?;
    let begin = input.fill_buf().map_err(|error| unreadable(&error))?;
    // Of two characters at a line's end the crate would count the line after the next one began.
    let terminator = match begin.contains(&b'\n') {
        true => Terminator::Any(b'\n'),
        false => Terminator::CRLF,
    };
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .terminator(terminator)
        .has_headers(false)
        .flexible(true)
        .from_reader(input.take(LARGEST_FILE + 1));
    let mut record = ByteRecord::new();
    let mut next = |record: &mut ByteRecord| -> Result<Option<u64>, SurveyRefusal> {
        let is_there = reader.read_byte_record(record);
        let is_there = is_there
            .map_err(|error| SurveyRefusal::File(format!("the file cannot be read: {error}")))?;
        if reader.position().byte() > LARGEST_FILE {
            let message = format!("the file is larger than {} MiB", LARGEST_FILE >> 20);
            return Err(SurveyRefusal::File(message));
        }
        let line = record.position().map_or(0, csv::Position::line) + lines_before;
        Ok(is_there.then_some(line))
    };
    let Some(line) = next(&mut record)? else {
        return Err(SurveyRefusal::File("the file is empty".to_owned()));
    };
    let header = record.clone();
    let places = Places::of(&cells(&header, line)?, settings, &terms)?;
    let mut tally =
        Tally::new(settings, terms, places.questions.iter().map(|(column, _)| *column).collect());
    while let Some(line) = next(&mut record)? {
        let cells = cells(&record, line)?;
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let place = ("line", line);
        if cells.len() != places.width {
            let (found, wanted) = (cells.len(), places.width);
            tally.refuse(place, &format!("has {found} cells in place of {wanted}"));
            continue;
        }
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        tally.take(&Row {
            place,
            team: places.team.map(cell),
            id: places.id.map(cell),
            cells: places.questions.iter().map(|(_, at)| cell(*at)).collect(),
        });
    }
    let dropped_columns = places.width - places.read();
    Ok(SurveyReading { dropped_columns, ..tally.into_reading() })
}

/// Passes over what stands before the header; finds the separator, and how many lines that were.
fn start(
    input: &mut impl BufRead,
    settings: &SurveySettings,
    terms: &SurveyTerms,
) -> Result<(u8, u64), SurveyRefusal> {
    let start = input.fill_buf().map_err(|error| unreadable(&error))?;
    let is_utf_16 = UTF_16.iter().any(|mark| start.starts_with(mark)) || start.contains(&0);
    if is_utf_16 {
        return Err(SurveyRefusal::File(format!("the file is in UTF-16; {SAVE_AS}")));
    }
    if start.starts_with(MARK) {
        input.consume(MARK.len());
    }
    let start = input.fill_buf().map_err(|error| unreadable(&error))?;
    // Excel is told the separator so, and some programs write it.
    if let [b's', b'e', b'p', b'=', separator, b'\r' | b'\n', ..] = *start {
        let mut line = Vec::new();
        input.read_until(b'\n', &mut line).map_err(|error| unreadable(&error))?;
        return Ok((separator, 1));
    }
    Ok((separator(start, settings, terms), 0))
}

/// The separator by which most of what is looked for is found; among equals the one that makes most
/// columns.
fn separator(start: &[u8], settings: &SurveySettings, terms: &SurveyTerms) -> u8 {
    let quality = |separator: &u8| {
        let mut reader = ReaderBuilder::new()
            .delimiter(*separator)
            .has_headers(false)
            .flexible(true)
            .from_reader(start);
        let mut record = ByteRecord::new();
        // What is wrong with the file is told when it is read.
        let _ = reader.read_byte_record(&mut record);
        let found = cells(&record, 1).ok();
        let found = found.and_then(|headers| Places::of(&headers, settings, terms).ok());
        (found.map_or(0, |places| places.read()), record.len())
    };
    SEPARATORS.into_iter().rev().max_by_key(quality).unwrap_or(b',')
}

/// The cells of a row as text. A wrong encoding concerns the whole file.
fn cells(record: &ByteRecord, line: u64) -> Result<Vec<&str>, SurveyRefusal> {
    if record.len() > MOST_CELLS {
        let message = format!("line {line} has more than {MOST_CELLS} cells");
        return Err(SurveyRefusal::File(message));
    }
    let cells: Result<Vec<&str>, _> = record.iter().map(std::str::from_utf8).collect();
    cells.map_err(|_| {
        SurveyRefusal::File(format!("line {line} is not in UTF-8, so the file is not; {SAVE_AS}"))
    })
}
