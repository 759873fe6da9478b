//! Jobs and their lines as they are shown.

use medcert_application::store::{JobLine, JobRow};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::kind::JobKindCode;
use crate::{
    codes::Moment,
    jobs::codes::{JobStatusCode, LineOutcomeCode},
};

/// Who asked for a job.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = JobAsker)]
pub(crate) struct AskerView {
    /// The account.
    id: Uuid,
    /// Name.
    name: String,
}

/// Work of many lines, done in the background.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Job, example = json!({
    "id": "01940000-0000-7000-8000-0000000000f6", "kind": "IMPORT_REQUESTS", "status": "RUNNING", "dry_run": false,
    "created_by": {"id": "01940000-0000-7000-8000-0000000000b2", "name": "Rosa Huamán"},
    "total": 250, "done": 118, "failed": 3, "created_at": "2026-11-20T15:04:05.123456Z",
    "started_at": "2026-11-20T15:04:05.234567Z", "finished_at": null
}))]
pub(crate) struct JobView {
    /// Identifier.
    pub(crate) id: Uuid,
    /// What it does.
    kind: JobKindCode,
    /// Where it stands.
    status: JobStatusCode,
    /// Whether its lines are only judged and nothing is kept.
    dry_run: bool,
    /// Who asked for it, and as whom it acts.
    created_by: AskerView,
    /// Lines.
    total: u32,
    /// Lines that were judged.
    done: u32,
    /// Those of them that were refused.
    failed: u32,
    /// When it was asked for.
    created_at: Moment,
    /// When it was first taken up.
    #[schema(required = true)]
    started_at: Option<Moment>,
    /// When it was over.
    #[schema(required = true)]
    finished_at: Option<Moment>,
}

impl From<&JobRow> for JobView {
    fn from(row: &JobRow) -> Self {
        let job = &row.job;
        Self {
            id: job.id.raw(),
            kind: JobKindCode(job.kind.clone()),
            status: job.status.into(),
            dry_run: job.dry_run,
            created_by: AskerView { id: row.created_by.id.raw(), name: row.created_by.name.clone() },
            total: job.total,
            done: job.done,
            failed: job.failed,
            created_at: job.created_at.into(),
            started_at: job.started_at.map(Into::into),
            finished_at: job.finished_at.map(Into::into),
        }
    }
}

impl From<JobRow> for JobView {
    fn from(row: JobRow) -> Self {
        Self::from(&row)
    }
}

/// A value of a line that was refused.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = JobLineFault)]
pub(crate) struct LineFault {
    /// JSON pointer (RFC 6901) into the line.
    pub(crate) pointer: String,
    /// The same as the name of a column; null when the line as a whole is meant.
    #[serde(default)]
    #[schema(required = true)]
    pub(crate) column: Option<String>,
    /// What is wrong, for programs.
    pub(crate) code: String,
    /// What is wrong, for people.
    pub(crate) message: String,
}

/// Why a line was refused: what the operation that takes one would have answered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = JobLineProblem)]
pub(crate) struct LineProblem {
    /// What kind of problem it is: the address of its page.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The kind in words.
    title: String,
    /// The status it would have been answered with.
    status: u16,
    /// This occurrence in words.
    pub(crate) detail: String,
    /// The values that were refused.
    #[serde(default)]
    pub(crate) errors: Vec<LineFault>,
}

/// Something that looks like what a line made, or what it found instead of making it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = JobLineDuplicate)]
pub(crate) struct LineDuplicate {
    /// Identifier.
    pub(crate) id: Uuid,
    /// What people call it, when that is a code.
    #[schema(required = true)]
    pub(crate) code: Option<String>,
}

/// What came of a line.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = JobLine, example = json!({
    "line": 17, "outcome": "REFUSED", "id": null, "code": null, "possible_duplicates": [],
    "problem": {"type": "/problems/invalid", "title": "Invalid values", "status": 422, "detail": "1 value(s) refused",
        "errors": [{"pointer": "/client/document_number", "column": "client.document_number", "code": "document-number",
            "message": "must be 8 digits"}]},
    "payload": {"client": {"document_type": "DNI", "document_number": "1234"}}
}))]
pub(crate) struct LineView {
    /// Its number, from 1; the header of a CSV file is not counted.
    pub(crate) line: u32,
    /// What came of it.
    pub(crate) outcome: LineOutcomeCode,
    /// OK: what was made or found; null in a dry run.
    #[schema(required = true)]
    pub(crate) id: Option<Uuid>,
    /// OK: what people call it, when that is a code.
    #[schema(required = true)]
    pub(crate) code: Option<String>,
    /// OK: what looks like it already. Of promoters and people the one that was found instead of made, in a dry run
    /// too; nothing of it was changed.
    pub(crate) possible_duplicates: Vec<LineDuplicate>,
    /// REFUSED: why.
    #[schema(required = true)]
    pub(crate) problem: Option<LineProblem>,
    /// What was sent, unless the line was done. Erased when the job is cancelled, and thirty days after it is over.
    #[schema(required = true, value_type = Option<Object>)]
    payload: Option<Value>,
}

impl From<JobLine> for LineView {
    fn from(line: JobLine) -> Self {
        let (id, code) = line.made.map_or((None, None), |made| (Some(made.id), made.code));
        let duplicates = line.duplicates.into_iter().map(|(id, code)| LineDuplicate { id, code });
        Self {
            line: line.number,
            outcome: line.outcome.into(),
            id,
            code,
            possible_duplicates: duplicates.collect(),
            problem: line.problem.as_deref().and_then(problem),
            // What nests too deep to be read is not shown either.
            payload: line.text.and_then(|text| serde_json::from_str(&text).ok()),
        }
    }
}

/// A stored refusal, with its columns named.
fn problem(stored: &str) -> Option<LineProblem> {
    let mut problem: LineProblem = serde_json::from_str(stored).ok()?;
    for fault in &mut problem.errors {
        fault.column = column(&fault.pointer);
    }
    Some(problem)
}

/// The column that a pointer leads to. An element of a list is in the column of the list.
fn column(pointer: &str) -> Option<String> {
    let names = pointer.strip_prefix('/')?.split('/').filter(|name| name.parse::<usize>().is_err());
    let names: Vec<String> = names.map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
    Some(names.join(".")).filter(|column| !column.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_names_a_column() {
        assert_eq!(column("/client/document_number").as_deref(), Some("client.document_number"));
        assert_eq!(column("/a~1b").as_deref(), Some("a/b"));
        assert_eq!(column("/roles/1").as_deref(), Some("roles"));
        assert_eq!(column(""), None);
    }
}
