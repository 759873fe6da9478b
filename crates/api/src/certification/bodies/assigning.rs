//! Giving a request to a manager or doctor, and taking it back.

use medcert_application::certification::{AssignInput, Payload};
use medcert_domain::{Invalid, institution::Institution};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::parse::{MAX_COMMENT_LEN, ParseBody, Reader, id, note, read};

/// To whom the request is given.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Assign, example = json!({"staff_id": "01940000-0000-7000-8000-0000000000b2"}))]
pub(crate) struct AssignBody {
    /// The staff member.
    #[schema(required = true, value_type = Uuid)]
    staff_id: Option<String>,
    /// In words.
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

impl AssignBody {
    pub(super) fn read(&self, r: &mut Reader<'_>) -> Option<Payload> {
        let staff = r.required("staff_id", self.staff_id.as_deref(), id);
        let comment = r.optional("comment", self.comment.as_deref(), note(MAX_COMMENT_LEN));
        Some(Payload::Assign(AssignInput { staff: staff?, comment }))
    }
}

impl ParseBody<Payload> for AssignBody {
    fn values(&self, _: &Institution) -> Result<Payload, Invalid> {
        read(|r| self.read(r))
    }
}

/// Why somebody is taken off the request.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Unassign, example = json!({"reason": "On leave from tomorrow"}))]
pub(crate) struct UnassignBody {
    /// In words; needed from a doctor who declines.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

impl ParseBody<Payload> for UnassignBody {
    fn values(&self, _: &Institution) -> Result<Payload, Invalid> {
        read(|r| Some(Payload::Words(r.optional("reason", self.reason.as_deref(), note(MAX_COMMENT_LEN)))))
    }
}

/// What there is to say.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Comment, example = json!({"comment": "The bank confirmed the transfer"}))]
pub(crate) struct CommentBody {
    /// In words.
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

impl ParseBody<Payload> for CommentBody {
    fn values(&self, _: &Institution) -> Result<Payload, Invalid> {
        read(|r| Some(Payload::Words(r.optional("comment", self.comment.as_deref(), note(MAX_COMMENT_LEN)))))
    }
}
