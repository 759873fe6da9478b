//! Imports: files of many lines, each of which becomes a line of a job.
//!
//! A file is split here and its lines are stored as JSON; each is read when its turn comes, by the very reader of the
//! operation that takes one. So there is one set of rules, and a process that never saw the file can go on with it.

mod columns;
mod csv_lines;
mod json_lines;
mod request;
mod upload;

use columns::Column;
use columns::columns_of;
pub(crate) use request::{Import, ImportQuery};
use upload::Upload;

use medcert_application::{Error, jobs::MOST_LINES};
use medcert_domain::{Checks, Invalid, institution::Institution};
use serde::de::DeserializeOwned;

use crate::{json::Document, parse::ParseBody, problem::Failure};

/// Bytes of a line at the most: several times what any body of one thing needs.
const LINE_LIMIT: usize = 64 * 1024;

/// Faults told of one file at the most: beyond that it is another kind of file.
const MOST_FAULTS: usize = 100;

/// A line, read as the body of the operation that takes one.
pub(crate) fn line<B: DeserializeOwned + ParseBody<T>, T>(
    text: &str,
    profile: &Institution,
) -> Result<T, Error> {
    let document = Document::parse(text.as_bytes())
        .map_err(|error| Error::Malformed(format!("the line is no JSON: {error}")))?;
    Ok(document.read::<B>()?.values(profile)?)
}

/// A refusal as it is stored beside its line.
pub(crate) fn refusal(error: Error) -> String {
    serde_json::to_string(&Failure::from(error).problem("", "")).unwrap_or_default()
}

/// The faults of a file, as many as are worth telling.
#[derive(Default)]
struct Faults {
    checks: Checks,
    count: usize,
}

impl Faults {
    fn note(&mut self, pointer: &str, code: &'static str, message: impl Into<String>) {
        if self.count < MOST_FAULTS {
            self.checks.fault(pointer, code, message);
        }
        self.count += 1;
    }
}

fn too_many() -> Invalid {
    Invalid::one("", "range", format!("must have from 1 to {MOST_LINES} lines"))
}

fn too_long() -> String {
    format!("must not be longer than {LINE_LIMIT} bytes")
}
