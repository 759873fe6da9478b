//! One action on many requests.

use std::collections::BTreeSet;

use medcert_application::certification::{BULK_MOST, Payload, in_bulk};
use medcert_domain::{
    Id, Invalid,
    certification::{Action, Certification},
    institution::Institution,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    AssignBody, CancelBody, CloseBody, CommentBody, EditBody, FeeBody, ObserveBody, PaymentBody, RefundBody,
    ReopenBody, UnassignBody, ValidateBody, VoidBody,
};
use crate::{
    certification::codes::ActionCode,
    json::Document,
    parse::{ParseBody, Reader, code, id, read},
};

/// One action on up to 200 requests.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkAction, example = json!({
    "action": "EDIT",
    "items": [
        {"id": "01940000-0000-7000-8000-000000000007", "version": 3, "payload": {"comment": "Called back"}},
        {"id": "01940000-0000-7000-8000-000000000008", "version": 1, "payload": {"comment": null}}
    ]
}))]
pub(crate) struct BulkBody {
    /// Any action but REGISTER, RECORD_EVALUATION, ISSUE, DELETE and OVERRIDE.
    #[schema(required = true, value_type = ActionCode, example = "EDIT")]
    action: Option<String>,
    /// The requests, each once.
    #[schema(required = true, value_type = Vec<BulkItemBody>, min_items = 1, max_items = 200)]
    items: Option<Vec<BulkItemBody>>,
}

/// One request and what is done to it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BulkItem)]
pub(crate) struct BulkItemBody {
    /// The request.
    #[schema(required = true, value_type = Uuid)]
    id: Option<String>,
    /// The version you have seen: what If-Match is for a single request.
    #[schema(required = true, value_type = i64, minimum = 1, example = 3)]
    version: Option<i64>,
    /// The body of the action; `{}` when left out.
    #[schema(value_type = Option<BulkPayload>)]
    payload: Option<Value>,
}

/// The body of the action.
#[derive(ToSchema)]
#[schema(as = BulkPayload)]
#[serde(untagged)]
#[expect(dead_code, reason = "only described: it is read as what the action wants")]
enum BulkPayload {
    /// EDIT.
    Edit(Box<EditBody>),
    /// `ASSIGN_MANAGER`, `CHANGE_MANAGER`, `ASSIGN_DOCTOR`, `CHANGE_DOCTOR`.
    Assign(AssignBody),
    /// `UNASSIGN_MANAGER`, `UNASSIGN_DOCTOR`.
    Unassign(UnassignBody),
    /// `OVERRIDE_FEE`.
    OverrideFee(FeeBody),
    /// `REGISTER_PAYMENT`.
    RegisterPayment(PaymentBody),
    /// `VALIDATE_PAYMENT`.
    ValidatePayment(ValidateBody),
    /// `VOID_PAYMENT`.
    VoidPayment(VoidBody),
    /// `REGISTER_REFUND`.
    RegisterRefund(RefundBody),
    /// `OBSERVE_PAYMENT`.
    ObservePayment(ObserveBody),
    /// `CLEAR_OBSERVATION`.
    ClearObservation(CommentBody),
    /// CLOSE.
    Close(CloseBody),
    /// CANCEL.
    Cancel(CancelBody),
    /// REOPEN.
    Reopen(ReopenBody),
}

/// A call that can be answered request by request.
pub(crate) struct Bulk {
    /// What is done.
    pub(crate) action: Action,
    /// To what.
    pub(crate) items: Vec<Wanted>,
}

/// One request of it.
pub(crate) struct Wanted {
    pub(crate) id: Id<Certification>,
    pub(crate) version: i64,
    pub(crate) payload: Value,
}

impl BulkBody {
    /// What is asked for, without the payloads, which are read when their turn comes.
    pub(crate) fn wanted(&self) -> Result<Bulk, Invalid> {
        read(|r| {
            let action: Option<Action> = r.required("action", self.action.as_deref(), code);
            if let Some(action) = action.filter(|action| !in_bulk(*action)) {
                r.fault("action", "not-in-bulk", format!("{action} is done to one request at a time"));
            }
            let items = self.items(r);
            Some(Bulk { action: action?, items: items? })
        })
    }

    fn items(&self, r: &mut Reader<'_>) -> Option<Vec<Wanted>> {
        let Some(items) = &self.items else {
            r.missing("items");
            return None;
        };
        if items.is_empty() || items.len() > BULK_MOST {
            r.fault("items", "range", format!("must be from 1 to {BULK_MOST} requests"));
            return None;
        }
        let mut seen = BTreeSet::new();
        let mut within = r.inside("items");
        let read: Vec<Option<Wanted>> = items
            .iter()
            .enumerate()
            .map(|(at, item)| item.read(&mut within.inside(&at.to_string()), &mut seen))
            .collect();
        // Only now: the faults of all of them are noted.
        read.into_iter().collect()
    }
}

impl BulkItemBody {
    fn read(&self, r: &mut Reader<'_>, seen: &mut BTreeSet<Id<Certification>>) -> Option<Wanted> {
        let id: Option<Id<Certification>> = r.required("id", self.id.as_deref(), id);
        if let Some(id) = id
            && !seen.insert(id)
        {
            r.fault("id", "repeated", "occurs more than once");
        }
        match self.version {
            None => r.missing("version"),
            Some(version) if version < 1 => r.fault("version", "range", "must be at least 1"),
            Some(_) => {}
        }
        let payload = self.payload.clone().unwrap_or_else(|| Value::Object(Map::new()));
        Some(Wanted { id: id?, version: self.version?, payload })
    }
}

/// Reads a payload as the body of the action.
pub(crate) fn payload(action: Action, payload: &Value, profile: &Institution) -> Result<Payload, Invalid> {
    fn typed<B: ParseBody<Payload> + DeserializeOwned>(
        payload: &Value,
        profile: &Institution,
    ) -> Result<Payload, Invalid> {
        Document::of(payload.clone()).read::<B>()?.values(profile)
    }
    let read = match action {
        Action::Edit => typed::<EditBody>,
        Action::AssignManager | Action::ChangeManager | Action::AssignDoctor | Action::ChangeDoctor => {
            typed::<AssignBody>
        }
        Action::UnassignManager | Action::UnassignDoctor => typed::<UnassignBody>,
        Action::OverrideFee => typed::<FeeBody>,
        Action::RegisterPayment => typed::<PaymentBody>,
        Action::ValidatePayment => typed::<ValidateBody>,
        Action::VoidPayment => typed::<VoidBody>,
        Action::RegisterRefund => typed::<RefundBody>,
        Action::ObservePayment => typed::<ObserveBody>,
        Action::ClearObservation => typed::<CommentBody>,
        Action::Close => typed::<CloseBody>,
        Action::Cancel => typed::<CancelBody>,
        Action::Reopen => typed::<ReopenBody>,
        Action::Register
        | Action::AddFile
        | Action::DeleteFile
        | Action::RecordEvaluation
        | Action::Issue
        | Action::Delete
        | Action::Override => {
            return Err(Invalid::one(
                "",
                "not-in-bulk",
                format!("{action} is done to one request at a time"),
            ));
        }
    };
    read(payload, profile)
}
