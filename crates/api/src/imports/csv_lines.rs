//! CSV files (RFC 4180): a header of dotted field names, then a line for each thing.

use std::collections::BTreeSet;

use csv::{ReaderBuilder, StringRecord};
use medcert_application::{
    Error,
    jobs::{MOST_LINES, NewLine},
};
use serde_json::{Map, Value};

use super::{Column, Faults, LINE_LIMIT, too_long, too_many};

/// Splits a file into lines of JSON: a cell below `client.document_type` is the member `document_type` of the object
/// `client`, and an empty cell is a member left out. Lines are counted from 1 behind the header.
pub(super) fn split(bytes: &[u8], columns: &[Column]) -> Result<Vec<NewLine>, Error> {
    let text = decode(bytes)?;
    let header = text.lines().next().unwrap_or_default();
    // No name of a column holds either.
    let delimiter = if header.contains(';') { b';' } else { b',' };
    check_quotes(text, delimiter)?;
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records =
        reader.records().map(|record| record.map_err(|error| Error::Malformed(error.to_string())));
    let header = records.next().transpose()?.unwrap_or_default();
    let mut faults = Faults::default();
    let targets = targets(&header, columns, &mut faults);
    let mut lines = Vec::new();
    for (index, record) in records.enumerate() {
        let record = record?;
        // What spreadsheets leave behind the last line.
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if lines.len() >= MOST_LINES {
            return Err(too_many().into());
        }
        let number = index + 1;
        let at = format!("/lines/{number}");
        if record.len() != header.len() {
            let message = format!("has {} cells, where the header has {}", record.len(), header.len());
            faults.note(&at, "ragged", message);
        } else if record.as_slice().len() > LINE_LIMIT {
            faults.note(&at, "too-long", too_long());
        }
        let text = Value::Object(nest(&targets, &record)).to_string();
        lines.push(NewLine { number: u32::try_from(number).unwrap_or(u32::MAX), text });
    }
    faults.checks.finish()?;
    if lines.is_empty() { Err(too_many().into()) } else { Ok(lines) }
}

fn decode(bytes: &[u8]) -> Result<&str, Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let row = before.split(|byte| *byte == b'\n').count();
        Error::Malformed(format!("the file is not UTF-8: see row {row}"))
    })
}

/// Refuses quotes that are never closed, and text behind a closed one: both are read in some way by most readers, and
/// mostly not in the way that was meant.
fn check_quotes(text: &str, delimiter: u8) -> Result<(), Error> {
    enum At {
        Start,
        NoParams,
        Quoted { since: usize },
        Closed { since: usize },
    }
    let mut row = 1;
    let mut at = At::Start;
    for byte in text.bytes() {
        let ends = byte == delimiter || byte == b'\n' || byte == b'\r';
        at = match (at, byte) {
            (At::Start, b'"') => At::Quoted { since: row },
            (At::Quoted { since }, b'"') => At::Closed { since },
            (At::Closed { since }, b'"') | (At::Quoted { since }, _) => At::Quoted { since },
            (At::Start | At::NoParams | At::Closed { .. }, _) if ends => At::Start,
            (At::Start | At::NoParams, _) => At::NoParams,
            (At::Closed { .. }, _) => {
                return Err(Error::Malformed(format!("there is text behind a closed quote in row {row}")));
            }
        };
        row += usize::from(byte == b'\n');
    }
    match at {
        At::Quoted { since } => {
            Err(Error::Malformed(format!("the quote opened in row {since} is never closed")))
        }
        _ => Ok(()),
    }
}

/// Where the cells of a column go: below these names.
struct CellTarget<'c> {
    column: &'c Column,
    path: Vec<&'c str>,
}

/// The places of the columns that a header names.
fn targets<'c>(header: &StringRecord, columns: &'c [Column], faults: &mut Faults) -> Vec<CellTarget<'c>> {
    let mut seen = BTreeSet::new();
    let mut targets = Vec::with_capacity(header.len());
    for name in header {
        let name = name.trim();
        let shown: String = name.chars().take(64).collect();
        let at = format!("/columns/{}", shown.replace('~', "~0").replace('/', "~1"));
        match columns.iter().find(|column| column.name == name) {
            None => {
                let known: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
                let message = format!("is no column of this import; there are {}", known.join(", "));
                faults.note(&at, "unknown-column", message);
            }
            Some(_) if !seen.insert(name) => faults.note(&at, "repeated", "occurs more than once"),
            Some(column) => {
                targets.push(CellTarget { column, path: column.name.split('.').collect() });
            }
        }
    }
    targets
}

/// The cells of a record as the object they stand for.
fn nest(targets: &[CellTarget<'_>], record: &StringRecord) -> Map<String, Value> {
    let mut whole = Map::new();
    for (CellTarget { column, path }, cell) in targets.iter().zip(record) {
        if cell.trim().is_empty() {
            continue;
        }
        let Some((last, above)) = path.split_last() else { continue };
        let mut within = &mut whole;
        for name in above {
            let inner = within.entry(*name).or_insert_with(|| Value::Object(Map::new()));
            // No name of a column is the beginning of another, so that there is an object.
            let Value::Object(inner) = inner else { return whole };
            within = inner;
        }
        within.insert((*last).to_owned(), column.value(cell));
    }
    whole
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::imports::columns_of;

    #[derive(utoipa::ToSchema)]
    #[expect(dead_code, reason = "only described")]
    struct Client {
        names: String,
        number: String,
    }

    #[derive(utoipa::ToSchema)]
    #[expect(dead_code, reason = "only described")]
    struct Line {
        client: Client,
        note: String,
    }

    fn lines(text: &str) -> Vec<(u32, String)> {
        let lines = split(text.as_bytes(), &columns_of::<Line>()).unwrap();
        lines.into_iter().map(|line| (line.number, line.text)).collect()
    }

    fn faults(text: &str) -> Vec<(String, &'static str)> {
        let Err(Error::Invalid(invalid)) = split(text.as_bytes(), &columns_of::<Line>()) else {
            panic!("it is refused")
        };
        invalid.faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    }

    fn malformed(bytes: &[u8]) -> String {
        let Err(Error::Malformed(why)) = split(bytes, &columns_of::<Line>()) else { panic!("it is refused") };
        why
    }

    #[test]
    fn cells_become_members() {
        let wanted = [
            (1, r#"{"client":{"names":"Ana, \"Ñ\"\nPonce","number":"1"},"note":"x"}"#.to_owned()),
            (3, r#"{"client":{"number":"=1+1"}}"#.to_owned()),
        ];
        let commas =
            "client.names,note,client.number\r\n\"Ana, \"\"Ñ\"\"\nPonce\",x,1\r\n,,\r\n, ,=1+1\r\n\r\n,,\r\n";
        assert_eq!(lines(commas), wanted);
        let semicolons = format!(
            "\u{feff}{}",
            "client.names;note;client.number\n\"Ana, \"\"Ñ\"\"\nPonce\";x;1\n;;\n;;=1+1"
        );
        assert_eq!(lines(&semicolons), wanted);
    }

    #[test]
    fn cells_become_what_their_columns_hold() {
        #[derive(utoipa::ToSchema)]
        #[expect(dead_code, reason = "only described")]
        struct Roles {
            roles: Vec<String>,
        }

        #[derive(utoipa::ToSchema)]
        #[expect(dead_code, reason = "only described")]
        struct Typed {
            days: i32,
            active: bool,
            inner: Roles,
        }

        let typed = columns_of::<Typed>();
        let line = |text: &str| -> Value {
            serde_json::from_str(&split(text.as_bytes(), &typed).unwrap()[0].text).unwrap()
        };
        assert_eq!(
            line("active,inner.roles,days\nTRUE,A B,30\n"),
            json!({"active": true, "inner": {"roles": ["A", "B"]}, "days": 30})
        );
        assert_eq!(line("days,active\n30 days,yes\n"), json!({"days": "30 days", "active": "yes"}));
        assert_eq!(line("days,active,inner.roles\n, ,A\n"), json!({"inner": {"roles": ["A"]}}));
    }

    #[test]
    fn columns_are_named() {
        let at = |pointer: &str, code| (pointer.to_owned(), code);
        assert_eq!(
            faults("note,Note,client/x,note,\na,b,c,d,e"),
            [
                at("/columns/Note", "unknown-column"),
                at("/columns/client~1x", "unknown-column"),
                at("/columns/note", "repeated"),
                at("/columns/", "unknown-column"),
            ]
        );
        assert_eq!(
            faults("Ana,Ponce\n"),
            [at("/columns/Ana", "unknown-column"), at("/columns/Ponce", "unknown-column")]
        );
    }

    #[test]
    fn lines_that_do_not_fit_are_named() {
        let long = "x".repeat(LINE_LIMIT + 1);
        let at = |pointer: &str, code| (pointer.to_owned(), code);
        assert_eq!(
            faults(&format!("note,client.number\na\na,b\na,b,c\n{long},1\n")),
            [at("/lines/1", "ragged"), at("/lines/3", "ragged"), at("/lines/4", "too-long")]
        );
        for empty in ["", "\n\n", "note\n", "note,client.number\n,\n"] {
            assert_eq!(faults(empty)[0], at("", "range"), "{empty:?}");
        }
        let many = format!("note\n{}", "x\n".repeat(MOST_LINES + 1));
        assert_eq!(faults(&many), [at("", "range")]);
        let ragged = format!("note\n{}", "x,y\n".repeat(5000));
        assert_eq!(faults(&ragged).len(), 100);
    }

    #[test]
    fn broken_files_are_told_by_row() {
        assert_eq!(malformed(b"note\na\n\"b\nc\nd"), "the quote opened in row 3 is never closed");
        assert_eq!(malformed(b"note\n\"a\"b\n"), "there is text behind a closed quote in row 2");
        assert_eq!(malformed(b"note\nx\nJos\xe9\n"), "the file is not UTF-8: see row 3");
        assert_eq!(malformed(b"\xff\xfen\0o\0t\0e\0"), "the file is not UTF-8: see row 1");
        assert_eq!(lines("note\n5\" wide\n")[0].1, r#"{"note":"5\" wide"}"#);
        assert_eq!(lines("note\na\0b\n")[0].1, r#"{"note":"a\u0000b"}"#);
    }
}
