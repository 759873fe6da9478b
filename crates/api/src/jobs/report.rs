//! The report by line as a file for spreadsheets.

use bytes::Bytes;
use csv::{QuoteStyle, Terminator, WriterBuilder};
use futures::{Stream, TryStreamExt as _};
use medcert_application::{Error, store::JobLine};

use super::views::LineView;
use crate::export::harmless;

const HEADER: [&str; 9] =
    ["line", "outcome", "id", "code", "possible_duplicates", "problem", "column", "fault", "message"];

/// The file (RFC 4180), part by part: a row for each line, and for a line with several faults a row for each of them.
pub(super) fn file(
    parts: impl Stream<Item = Result<Vec<JobLine>, Error>>,
) -> impl Stream<Item = Result<Bytes, Error>> {
    let header = futures::stream::once(async { rows(std::iter::once(HEADER.map(str::to_owned))) });
    futures::StreamExt::chain(header, parts.and_then(async |lines| rows(lines.into_iter().flat_map(cells))))
}

fn rows(rows: impl Iterator<Item = [String; 9]>) -> Result<Bytes, Error> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .quote_style(QuoteStyle::Necessary)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).map_err(Error::internal)?;
    }
    writer.into_inner().map(Bytes::from).map_err(|error| Error::internal(error.to_string()))
}

fn cells(line: JobLine) -> Vec<[String; 9]> {
    let view = LineView::from(line);
    let alike = view.possible_duplicates.into_iter();
    let codes: Vec<String> = alike.map(|one| one.code.unwrap_or_else(|| one.id.to_string())).collect();
    let row = |problem: &str, column: &str, fault: &str, message: &str| {
        [
            view.line.to_string(),
            view.outcome.0.code().to_owned(),
            view.id.map(|id| id.to_string()).unwrap_or_default(),
            harmless(view.code.as_deref().unwrap_or_default()),
            harmless(&codes.join(" ")),
            problem.to_owned(),
            harmless(column),
            fault.to_owned(),
            harmless(message),
        ]
    };
    let Some(problem) = &view.problem else { return vec![row("", "", "", "")] };
    let slug = problem.kind.rsplit('/').next().unwrap_or_default();
    if problem.errors.is_empty() {
        return vec![row(slug, "", "", &problem.detail)];
    }
    let faults = problem.errors.iter();
    faults.map(|f| row(slug, f.column.as_deref().unwrap_or_default(), &f.code, &f.message)).collect()
}

#[cfg(test)]
mod tests {
    use medcert_application::store::Made;
    use medcert_domain::{Id, jobs::LineOutcome};
    use uuid::Uuid;

    use super::*;

    fn line(number: u32) -> JobLine {
        JobLine {
            id: Uuid::from_u128(number.into()),
            job: Id::new(Uuid::from_u128(99)),
            number,
            outcome: LineOutcome::Ok,
            text: None,
            made: Some(Made { id: Uuid::from_u128(7), code: Some("MC-2026-000001".to_owned()) }),
            duplicates: vec![(Uuid::from_u128(8), Some("MC-1".to_owned())), (Uuid::from_u128(9), None)],
            problem: None,
        }
    }

    #[actix_web::test]
    async fn a_fault_is_a_row_and_a_formula_is_a_text() {
        let problem = r#"{"type":"/problems/invalid","title":"t","status":422,"detail":"2","errors":[
            {"pointer":"/=cmd","code":"unknown-field","message":"is not \"known\", here"},
            {"pointer":"","code":"type","message":"-1"}]}"#;
        let refused = JobLine {
            outcome: LineOutcome::Refused,
            made: None,
            duplicates: vec![],
            problem: Some(problem.to_owned()),
            ..line(2)
        };
        let parts = futures::stream::iter([Ok(vec![line(1)]), Ok(vec![refused])]);
        let parts: Vec<Bytes> = file(parts).try_collect().await.unwrap();
        let text = String::from_utf8(parts.concat()).unwrap();
        let wanted = "line,outcome,id,code,possible_duplicates,problem,column,fault,message\r\n\
            1,OK,00000000-0000-0000-0000-000000000007,MC-2026-000001,MC-1 00000000-0000-0000-0000-000000000009,,,,\r\n\
            2,REFUSED,,,,invalid,'=cmd,unknown-field,\"is not \"\"known\"\", here\"\r\n\
            2,REFUSED,,,,invalid,,type,'-1\r\n";
        assert_eq!(text, wanted);
    }
}
