//! What is published of small organisations, all of them, tells of nobody.

use super::anonymity::{Cell, Shown, shown};

/// A prime by which ranks are computed; the matrices are small and of noughts and ones.
const PRIME: i64 = 1_000_000_007;

/// The rank of rows of numbers.
fn rank(mut rows: Vec<Vec<i64>>) -> usize {
    let columns = rows.first().map_or(0, Vec::len);
    let mut rank = 0;
    for column in 0..columns {
        let Some(pivot) = (rank..rows.len()).find(|row| rows[*row][column] != 0) else { continue };
        rows.swap(rank, pivot);
        let inverse = power(rows[rank][column], PRIME - 2);
        let leading: Vec<i64> = rows[rank].iter().map(|it| it * inverse % PRIME).collect();
        for row in rows.iter_mut().skip(rank + 1) {
            let factor = row[column];
            for (it, of_leading) in row.iter_mut().zip(&leading) {
                *it = (*it - factor * of_leading % PRIME + PRIME) % PRIME;
            }
        }
        rank += 1;
    }
    rank
}

fn power(base: i64, exponent: i64) -> i64 {
    match exponent {
        0 => 1,
        odd if odd % 2 == 1 => base * power(base, odd - 1) % PRIME,
        even => {
            let root = power(base, even / 2);
            root * root % PRIME
        }
    }
}

/// The fewest people of whom arithmetic on published sums can tell something: `published` has a row
/// for each sum, with 1 for whoever is in it, `sizes` how many people a column stands for. Looks for
/// fewer than `k` only.
pub(super) fn isolated(published: &[Vec<i64>], sizes: &[u64], k: u64) -> Option<u64> {
    let all = rank(published.to_vec());
    let subsets = (1_u32..1 << sizes.len()).map(|bits| {
        let inside: Vec<bool> = (0..sizes.len()).map(|at| bits & (1 << at) != 0).collect();
        let size: u64 = inside.iter().zip(sizes).filter(|(is, _)| **is).map(|(_, size)| size).sum();
        (inside, size)
    });
    let is_told = |inside: &[bool]| {
        let outside = |row: &Vec<i64>| -> Vec<i64> {
            row.iter().zip(inside).filter(|(_, is)| !**is).map(|(it, _)| *it).collect()
        };
        // A combination that is 0 everywhere outside and not inside exists where ranks differ.
        rank(published.iter().map(outside).collect()) < all
    };
    subsets
        .filter(|(_, size)| (1..k).contains(size))
        .filter(|(inside, _)| is_told(inside))
        .map(|(_, size)| size)
        .min()
}

/// The sums that are published: a row for each shown cell, and one for the whole.
fn published(cells: &[Cell], shown: &Shown) -> Vec<Vec<i64>> {
    let unit = |at: usize| (0..cells.len()).map(|other| i64::from(other == at)).collect();
    let mut rows: Vec<Vec<i64>> =
        (0..cells.len()).filter(|at| shown.cells[*at]).map(unit).collect();
    let is_in = |cell: &Cell| i64::from(shown.batches.contains(&cell.batch));
    rows.push(cells.iter().map(is_in).collect());
    rows
}

#[track_caller]
fn assert_nobody_is_told(cells: &[Cell], k: u64) {
    let shown = shown(cells, k);
    // A team without answers stands for nobody, and adds nothing to any sum.
    let has_answers: Vec<usize> = (0..cells.len()).filter(|at| cells[*at].size > 0).collect();
    let sizes: Vec<u64> = has_answers.iter().map(|at| cells[*at].size).collect();
    let of_people = |row: Vec<i64>| has_answers.iter().map(|at| row[*at]).collect();
    let rows: Vec<Vec<i64>> = published(cells, &shown).into_iter().map(of_people).collect();
    let found = isolated(&rows, &sizes, k);
    assert_eq!(found, None, "{cells:?} are shown as {shown:?}");
    for (cell, is_shown) in cells.iter().zip(&shown.cells) {
        assert!(
            !is_shown || (cell.size >= k && cell.is_eligible && !cell.is_withheld),
            "{cells:?}"
        );
    }
}

#[test]
fn no_arithmetic_on_what_is_shown_of_any_small_organisation_tells_of_fewer_than_k() {
    let cell = |size| Cell { size, is_eligible: true, ..Cell::default() };
    for sizes in 0..7_u64.pow(4) {
        let cells: Vec<Cell> = (0..4).map(|at| cell(sizes / 7_u64.pow(at) % 7)).collect();
        assert_nobody_is_told(&cells, 3);
        assert_nobody_is_told(&cells, 5);
    }
}

#[test]
fn nor_does_it_where_teams_came_later_or_must_not_be_shown_for_another_reason() {
    // Size 0 to 4, in one of two batches, eligible or not, withheld or not.
    let cell = |code: u64| Cell {
        size: code % 5,
        batch: u32::from(code / 5 % 2 == 1),
        is_eligible: (code / 10).is_multiple_of(2),
        is_withheld: code / 20 % 2 == 1,
    };
    for codes in 0..40_u64.pow(3) {
        let cells: Vec<Cell> = (0..3).map(|at| cell(codes / 40_u64.pow(at) % 40)).collect();
        assert_nobody_is_told(&cells, 3);
    }
}

#[test]
fn what_is_withheld_is_no_more_than_it_takes() {
    let of = |sizes: &[u64]| {
        let cell = |size: &u64| Cell { size: *size, is_eligible: true, ..Cell::default() };
        let shown = shown(&sizes.iter().map(cell).collect::<Vec<_>>(), 5);
        (shown.cells, !shown.batches.is_empty())
    };
    let table: [(&[u64], &[bool], bool); 8] = [
        (&[7, 9, 12], &[true, true, true], true),
        // The second smallest goes with the smallest.
        (&[3, 9, 12], &[false, false, true], true),
        (&[12, 3, 9], &[true, false, false], true),
        // Two small ones hide each other.
        (&[3, 4, 9, 12], &[false, false, true, true], true),
        (&[1, 1, 9, 12], &[false, false, false, true], true),
        (&[0, 9, 12], &[false, true, true], true),
        (&[4], &[false], false),
        (&[3, 6], &[false, false], true),
    ];
    for (sizes, cells, has_whole) in table {
        assert_eq!(of(sizes), (cells.to_vec(), has_whole), "{sizes:?}");
    }
}

#[test]
fn the_test_finds_what_a_careless_rule_would_tell() {
    // Both teams of three and the whole are shown: so is the team of one.
    let careless = [vec![1, 0, 0], vec![0, 1, 0], vec![1, 1, 1]];
    assert_eq!(isolated(&careless, &[3, 3, 1], 3), Some(1));
    assert_eq!(isolated(&careless[..2], &[3, 3, 1], 3), None);
}
