//! XLSX (ISO/IEC 29500): a workbook whose sheets are written row by row into a zip archive that is sent meanwhile.
//!
//! Texts stand in their cells instead of a common table, since such a table would have to be kept until the end.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use chrono::SecondsFormat;
use medcert_application::export::Value;
use zip::{
    ZipWriter,
    result::ZipError,
    write::{SimpleFileOptions, StreamWriter},
};

use super::{Writer, csv::hundredths};

/// Media type of a workbook.
pub(crate) const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Rows that a sheet can have.
const MOST_ROWS: u32 = 1_048_576;

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// Bytes of the archive that are made and not sent yet.
#[derive(Clone, Default)]
struct Made(Arc<Mutex<Vec<u8>>>);

impl io::Write for Made {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) struct Xlsx {
    archive: Option<ZipWriter<StreamWriter<Made>>>,
    made: Made,
    columns: Vec<String>,
    sheets: u32,
    /// Rows in the sheet that is being written.
    filled: u32,
    most: u32,
}

fn gone() -> io::Error {
    io::Error::other("the workbook has ended")
}

fn failed(error: ZipError) -> io::Error {
    io::Error::other(error)
}

impl Xlsx {
    pub(super) fn new() -> Self {
        Self::with_rows(MOST_ROWS)
    }

    fn with_rows(most: u32) -> Self {
        let made = Made::default();
        let archive = Some(ZipWriter::new_stream(made.clone()));
        Self { archive, made, columns: vec![], sheets: 0, filled: 0, most }
    }

    fn begin_file(&mut self, name: &str) -> io::Result<()> {
        // How long a sheet gets is known at its end only.
        let options = SimpleFileOptions::default().large_file(true);
        self.archive.as_mut().ok_or_else(gone)?.start_file(name, options).map_err(failed)
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.archive.as_mut().ok_or_else(gone)?.write_all(text.as_bytes())
    }

    fn file(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.begin_file(name)?;
        self.write(XML)?;
        self.write(text)
    }

    fn begin_sheet(&mut self) -> io::Result<()> {
        self.sheets += 1;
        self.filled = 0;
        self.begin_file(&format!("xl/worksheets/sheet{}.xml", self.sheets))?;
        self.write(XML)?;
        self.write(&format!("<worksheet xmlns=\"{MAIN}\"><sheetData>"))?;
        let head: Vec<Value> = self.columns.iter().map(|column| Value::Text(column.clone())).collect();
        let mut text = String::new();
        self.row(&head, &mut text);
        self.write(&text)
    }

    fn end_sheet(&mut self) -> io::Result<()> {
        self.write("</sheetData></worksheet>")
    }

    fn row(&mut self, cells: &[Value], into: &mut String) {
        self.filled += 1;
        into.push_str("<row>");
        for value in cells {
            cell(value, into);
        }
        into.push_str("</row>");
    }
}

/// A cell. A text is never a formula here, whatever it begins with.
fn cell(value: &Value, into: &mut String) {
    let (number, text) = match value {
        Value::Empty => (None, None),
        Value::Text(text) => (None, Some(text.clone())),
        Value::Number(number) => (Some(number.to_string()), None),
        Value::Hundredths(number) => (Some(hundredths(*number)), None),
        Value::Amount(money) => (Some(money.amount()), None),
        Value::Day(day) => (None, Some(day.to_string())),
        Value::Moment(at) => (None, Some(at.to_rfc3339_opts(SecondsFormat::Micros, true))),
    };
    match (number, text) {
        (Some(number), _) => {
            let _ = write!(into, "<c><v>{number}</v></c>");
        }
        (None, Some(text)) => {
            into.push_str("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">");
            text.chars().for_each(|c| escape(c, into));
            into.push_str("</t></is></c>");
        }
        (None, None) => into.push_str("<c/>"),
    }
}

/// A character as XML 1.0 can have it; those that it cannot have are told as unknown.
fn escape(c: char, into: &mut String) {
    match c {
        '&' => into.push_str("&amp;"),
        '<' => into.push_str("&lt;"),
        '>' => into.push_str("&gt;"),
        // Left alone, a reader would make a line feed of it.
        '\r' => into.push_str("&#13;"),
        '\t' | '\n' => into.push(c),
        '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => into.push('\u{FFFD}'),
        _ => into.push(c),
    }
}

impl Writer for Xlsx {
    fn head(&mut self, columns: &[&str]) -> io::Result<()> {
        self.columns = columns.iter().map(|column| (*column).to_owned()).collect();
        self.begin_sheet()
    }

    fn rows(&mut self, rows: &[Vec<Value>]) -> io::Result<()> {
        let mut text = String::new();
        for row in rows {
            if self.filled == self.most {
                self.write(&text)?;
                text.clear();
                self.end_sheet()?;
                self.begin_sheet()?;
            }
            self.row(row, &mut text);
        }
        self.write(&text)
    }

    fn end(&mut self) -> io::Result<()> {
        self.end_sheet()?;
        // What names the sheets comes last, when it is known how many there are: an archive has no order.
        let (mut sheets, mut relations, mut parts) = (String::new(), String::new(), String::new());
        for n in 1..=self.sheets {
            let _ = write!(sheets, "<sheet name=\"Sheet{n}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>");
            let _ = write!(
                relations,
                "<Relationship Id=\"rId{n}\" Type=\"{RELATION}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
            );
            let _ = write!(
                parts,
                "<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"{KIND}.worksheet+xml\"/>"
            );
        }
        self.file(
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATION}\"><sheets>{sheets}</sheets></workbook>"
            ),
        )?;
        self.file(
            "xl/_rels/workbook.xml.rels",
            &format!("<Relationships xmlns=\"{PACKAGE}/relationships\">{relations}</Relationships>"),
        )?;
        self.file(
            "_rels/.rels",
            &format!(
                "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" \
                 Type=\"{RELATION}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        )?;
        self.file(
            "[Content_Types].xml",
            &format!(
                "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
                 ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override \
                 PartName=\"/xl/workbook.xml\" ContentType=\"{KIND}.sheet.main+xml\"/>{parts}</Types>"
            ),
        )?;
        self.archive.take().ok_or_else(gone)?.finish().map(drop).map_err(failed)
    }

    fn take(&mut self) -> Bytes {
        std::mem::take(&mut *self.made.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader as _, Xlsx as Workbook};

    use super::*;

    /// The cells of each sheet, as a reader made by others finds them.
    fn read(bytes: Vec<u8>) -> Vec<Vec<Vec<Data>>> {
        let mut workbook: Workbook<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let names = workbook.sheet_names();
        let sheet = |name: &String| workbook.worksheet_range(name).unwrap();
        names.iter().map(sheet).map(|sheet| sheet.rows().map(<[Data]>::to_vec).collect()).collect()
    }

    #[test]
    fn a_workbook_is_read_as_it_was_written() {
        let mut bytes = Vec::new();
        let mut xlsx = Xlsx::with_rows(3);
        xlsx.head(&["text", "number"]).unwrap();
        bytes.extend(xlsx.take());
        let texts = ["=1+1", " Їжак & <🩺> \"q\" ", "a\r\nb\u{FFFF}"];
        for text in texts {
            xlsx.rows(&[vec![Value::Text(text.to_owned()), Value::Hundredths(-705)]]).unwrap();
            bytes.extend(xlsx.take());
        }
        xlsx.rows(&[vec![Value::Empty, Value::Number(7)]]).unwrap();
        xlsx.end().unwrap();
        bytes.extend(xlsx.take());
        assert!(xlsx.rows(&[vec![]]).is_err());
        let text = |text: &str| Data::String(text.to_owned());
        let head = || vec![text("text"), text("number")];
        let row = |cell: &str| vec![text(cell), Data::Float(-7.05)];
        let sheets = read(bytes);
        assert_eq!(
            sheets,
            [
                vec![head(), row("=1+1"), row(" Їжак & <🩺> \"q\" ")],
                vec![head(), row("a\r\nb\u{FFFD}"), vec![Data::Empty, Data::Float(7.0)]],
            ]
        );
    }
}
