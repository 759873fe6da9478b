//! Lines of history.

use medcert_application::store::HistoryRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::author::AccountRef;
use crate::codes::Moment;

/// One thing that happened to a request.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = HistoryEntry, example = json!({
    "id": "01940000-0000-7000-8000-000000000a01", "at": "2026-11-20T15:04:05.123456Z",
    "by": {"id": "01940000-0000-7000-8000-0000000000d4", "name": "Rosa Huamán"}, "action": "REGISTER_PAYMENT",
    "field": "payment", "old_value": null, "new_value": "200.00 PEN", "comment": null, "separation_waived": false
}))]
pub(crate) struct HistoryView {
    /// Identifier.
    id: Uuid,
    /// When.
    at: Moment,
    /// Who.
    by: AccountRef,
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
    /// Whether a relaxed setting of the institution allowed it.
    separation_waived: bool,
}

impl From<HistoryRow> for HistoryView {
    fn from(row: HistoryRow) -> Self {
        Self {
            id: row.id,
            at: row.at.into(),
            by: AccountRef { id: row.by.id.raw(), name: row.by.name },
            action: row.action,
            field: row.field,
            old_value: row.old_value,
            new_value: row.new_value,
            comment: row.comment,
            separation_waived: row.separation_waived,
        }
    }
}
