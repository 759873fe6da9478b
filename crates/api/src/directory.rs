//! What all directories share: the history of their entries.

use medcert_application::store::ChangeRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{certification::AccountRef, codes::Moment};

/// One thing that happened to an entry of a directory.
#[expect(dead_code, reason = "the directories' routes are made next")]
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ChangeEntry, example = json!({
    "id": "01940000-0000-7000-8000-000000000a02", "at": "2026-11-20T15:04:05.123456Z",
    "by": {"id": "01940000-0000-7000-8000-0000000000d4", "name": "Rosa Huamán"}, "action": "EDIT",
    "field": "fee", "old_value": "180.00 PEN", "new_value": "200.00 PEN", "comment": null
}))]
pub(crate) struct ChangeView {
    /// Identifier.
    id: Uuid,
    /// When.
    at: Moment,
    /// Who; null for a change from the command line.
    #[schema(required = true)]
    by: Option<AccountRef>,
    /// What was done.
    action: String,
    /// Field that changed.
    #[schema(required = true)]
    field: Option<String>,
    /// Value before.
    #[schema(required = true)]
    old_value: Option<String>,
    /// Value after.
    #[schema(required = true)]
    new_value: Option<String>,
    /// What was said.
    #[schema(required = true)]
    comment: Option<String>,
}

impl From<ChangeRow> for ChangeView {
    fn from(row: ChangeRow) -> Self {
        Self {
            id: row.id,
            at: row.at.into(),
            by: row.by.map(|by| AccountRef { id: by.id.raw(), name: by.name }),
            action: row.action,
            field: row.field,
            old_value: row.old_value,
            new_value: row.new_value,
            comment: row.comment,
        }
    }
}
