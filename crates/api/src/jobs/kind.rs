//! Kinds of jobs in JSON and in the document: what the rooms declare.

use std::borrow::Cow;

use medcert_domain::{Invalid, jobs::JobKind};
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

use crate::codes::vocabulary;

/// What a job does with its lines. One that a newer release does is shown by its code, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JobKindCode(pub(super) JobKind);

impl Serialize for JobKindCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code())
    }
}

impl PartialSchema for JobKindCode {
    fn schema() -> RefOr<Schema> {
        vocabulary("What a job does with its lines.", JobKind::all().map(JobKind::code))
    }
}

impl ToSchema for JobKindCode {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("JobKind")
    }
}

/// A kind that some room declares.
pub(super) fn job_kind(typed: &str) -> Result<JobKind, Invalid> {
    JobKind::parse(typed).ok_or_else(|| {
        let known: Vec<&str> = JobKind::all().map(JobKind::code).collect();
        Invalid::one("", "unknown-value", format!("must be one of {}", known.join(", ")))
    })
}
