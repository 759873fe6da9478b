//! CSV (RFC 4180): UTF-8, CRLF, a header, quotes where they are needed.

use std::io;

use bytes::Bytes;
use chrono::SecondsFormat;
use csv::{Terminator, WriterBuilder};
use medcert_application::export::Value;

use super::Writer;

pub(super) struct Csv {
    lines: Option<csv::Writer<Vec<u8>>>,
    bom: bool,
}

/// What some programs take for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text that no spreadsheet takes for a formula.
pub(crate) fn harmless(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

/// A cell as text. A text that would be a formula is made one that is none; numbers are ours and stay numbers.
fn cell(value: &Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => harmless(text),
        Value::Number(number) => number.to_string(),
        Value::Hundredths(number) => hundredths(*number),
        Value::Amount(money) => money.amount(),
        Value::Day(day) => day.to_string(),
        Value::Moment(at) => at.to_rfc3339_opts(SecondsFormat::Micros, true),
    }
}

/// Hundredths with two decimals.
pub(super) fn hundredths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", number.unsigned_abs() / 100, number.unsigned_abs() % 100)
}

impl Csv {
    pub(super) fn new(bom: bool) -> Self {
        Self { lines: None, bom }
    }

    fn lines(&mut self) -> &mut csv::Writer<Vec<u8>> {
        let begin = || WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
        self.lines.get_or_insert_with(begin)
    }
}

impl Writer for Csv {
    fn head(&mut self, columns: &[&str]) -> io::Result<()> {
        self.lines().write_record(columns).map_err(io::Error::other)
    }

    fn rows(&mut self, rows: &[Vec<Value>]) -> io::Result<()> {
        for row in rows {
            self.lines().write_record(row.iter().map(cell)).map_err(io::Error::other)?;
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn take(&mut self) -> Bytes {
        // Lines go to memory, which takes them always.
        let lines = self.lines.take().and_then(|lines| lines.into_inner().ok()).unwrap_or_default();
        if !std::mem::take(&mut self.bom) {
            return lines.into();
        }
        [b"\xEF\xBB\xBF", lines.as_slice()].concat().into()
    }
}

#[cfg(test)]
mod tests {
    use medcert_domain::{Currency, Money};

    use super::*;

    #[test]
    fn cells_are_quoted_and_no_formulas() {
        let text = |text: &str| Value::Text(text.to_owned());
        let pen = Currency::parse("PEN").unwrap();
        let rows = vec![
            vec![text("=1+1"), text("+51 1"), text("-x"), text("@x"), text("\tx"), text("\rx")],
            vec![text("a,b"), text("a\"b"), text("a\r\nb"), text("'a"), text("Їжак 🩺"), Value::Empty],
            vec![
                Value::Number(-5),
                Value::Amount(Money::new(-1_050, pen)),
                Value::Hundredths(-7),
                Value::Hundredths(12_345),
                Value::Day("2026-11-21".parse().unwrap()),
                Value::Moment(chrono::DateTime::from_timestamp_micros(1_795_000_000_000_001).unwrap()),
            ],
        ];
        let mut csv = Csv::new(false);
        csv.head(&["a", "b", "c", "d", "e", "f"]).unwrap();
        csv.rows(&rows).unwrap();
        csv.end().unwrap();
        let expected = "a,b,c,d,e,f\r\n\
            '=1+1,'+51 1,'-x,'@x,'\tx,\"'\rx\"\r\n\
            \"a,b\",\"a\"\"b\",\"a\r\nb\",'a,Їжак 🩺,\r\n\
            -5,-10.50,-0.07,123.45,2026-11-21,2026-11-18T11:06:40.000001Z\r\n";
        assert_eq!(String::from_utf8(csv.take().to_vec()).unwrap(), expected);
        assert!(csv.take().is_empty());
    }
}
