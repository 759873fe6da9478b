//! Exports: any table of the application as CSV or XLSX, sent while it is read.
//!
//! A part of the rows is read, turned into bytes and sent before the next one is read, so memory does not grow with
//! the table. A failure breaks the connection: an export that ends is whole.

mod csv;
mod query;
mod xlsx;

use std::io;

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderValue},
};
use bytes::Bytes;
use futures::stream::{self, Stream};
use medcert_application::{
    Error,
    export::{Export, Rows, Value},
};

pub(crate) use self::csv::harmless;
pub(crate) use query::{Exporting, FormatQuery, together};
pub(crate) use xlsx::MEDIA_TYPE as XLSX;

use self::{csv::Csv, xlsx::Xlsx};
use crate::problem::Failure;

/// Media type of CSV (RFC 7111).
pub(crate) const CSV: &str = "text/csv; charset=utf-8";

medcert_domain::codes! {
    /// What a table is written as.
    Format {
        /// Comma-separated values (RFC 4180).
        Csv = "csv",
        /// A workbook (ISO/IEC 29500).
        Xlsx = "xlsx",
    }
}

/// Turns rows into bytes.
trait Writer: Send + Sized + 'static {
    /// What comes before the rows.
    fn head(&mut self, columns: &[&str]) -> io::Result<()>;

    /// Some rows.
    fn rows(&mut self, rows: &[Vec<Value>]) -> io::Result<()>;

    /// What comes behind them.
    fn end(&mut self) -> io::Result<()>;

    /// The bytes made so far and not taken yet.
    fn take(&mut self) -> Bytes;
}

/// The answer: a file to be kept.
pub(crate) fn answer(export: Export, format: Format, bom: bool) -> Result<HttpResponse, Failure> {
    let file = format!("attachment; filename=\"{}.{}\"", export.name, format.code());
    let file = HeaderValue::from_str(&file).map_err(Error::internal)?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_DISPOSITION, file));
    Ok(match format {
        Format::Csv => answer.content_type(CSV).streaming(sent(export, Csv::new(bom))),
        Format::Xlsx => answer.content_type(XLSX).streaming(sent(export, Xlsx::new())),
    })
}

/// How far an export has come.
struct Progress<W> {
    rows: Box<dyn Rows>,
    columns: Option<&'static [&'static str]>,
    writer: W,
}

/// The bytes of an export, each part made when it is asked for.
fn sent<W: Writer>(export: Export, writer: W) -> impl Stream<Item = Result<Bytes, Error>> {
    let progress = Progress { rows: export.rows, columns: Some(export.columns), writer };
    stream::try_unfold(Some(progress), async |progress| {
        let Some(mut progress) = progress else { return Ok(None) };
        loop {
            let columns = progress.columns.take();
            let part = progress.rows.next().await.inspect_err(broken)?;
            let ended = part.is_none();
            let mut writer = progress.writer;
            // Compressing is work for a processor, and those who wait for their answers have only a few.
            let written = tokio::task::spawn_blocking(move || {
                columns.map_or(Ok(()), |columns| writer.head(columns))?;
                match part {
                    Some(rows) => writer.rows(&rows)?,
                    None => writer.end()?,
                }
                let bytes = writer.take();
                Ok::<_, io::Error>((writer, bytes))
            });
            let (writer, bytes) =
                written.await.map_err(Error::internal)?.map_err(Error::internal).inspect_err(broken)?;
            progress.writer = writer;
            if ended {
                return Ok(Some((bytes, None)));
            }
            // An empty part would be taken for the end by whoever counts on chunks.
            if !bytes.is_empty() {
                return Ok(Some((bytes, Some(progress))));
            }
        }
    })
}

/// Nobody else tells it: the status was sent long ago.
fn broken(error: &Error) {
    tracing::error!(error = %error, cause = ?std::error::Error::source(error), "an export breaks off");
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use futures::TryStreamExt as _;

    use super::*;

    struct Parts(Vec<Result<Vec<Vec<Value>>, Error>>);

    #[async_trait]
    impl Rows for Parts {
        async fn next(&mut self) -> Result<Option<Vec<Vec<Value>>>, Error> {
            if self.0.is_empty() { Ok(None) } else { self.0.remove(0).map(Some) }
        }
    }

    fn export(parts: Vec<Result<Vec<Vec<Value>>, Error>>) -> Export {
        Export { name: "a-table".to_owned(), columns: &["a", "b"], rows: Box::new(Parts(parts)) }
    }

    fn row(n: i64) -> Vec<Value> {
        vec![Value::Number(n), Value::Text("x".to_owned())]
    }

    #[actix_web::test]
    async fn parts_follow_each_other() {
        let parts = vec![Ok(vec![row(1)]), Ok(vec![]), Ok(vec![row(2), row(3)])];
        let sent: Vec<Bytes> = sent(export(parts), Csv::new(false)).try_collect().await.unwrap();
        assert_eq!(sent.concat(), b"a,b\r\n1,x\r\n2,x\r\n3,x\r\n");
        let nothing: Vec<Bytes> = super::sent(export(vec![]), Csv::new(true)).try_collect().await.unwrap();
        assert_eq!(nothing.concat(), b"\xEF\xBB\xBFa,b\r\n");
    }

    #[actix_web::test]
    async fn a_failure_is_no_end() {
        for format in [Format::Csv, Format::Xlsx] {
            let parts = vec![Ok(vec![row(1)]), Err(Error::internal("the database is gone"))];
            let answer = answer(export(parts), format, false).unwrap();
            assert_eq!(
                answer.headers().get(header::CONTENT_DISPOSITION).unwrap().to_str().unwrap(),
                format!("attachment; filename=\"a-table.{}\"", format.code())
            );
            assert!(actix_web::body::to_bytes(answer.into_body()).await.is_err());
        }
    }
}
