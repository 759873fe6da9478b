//! What all directories read from the database.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{NamedUser, Page, PageRequest, StoreError};

/// One change of an entry of a directory as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// Identifier.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; `None` from the command line.
    pub by: Option<NamedUser>,
    /// Code of the action.
    pub action: String,
    /// Field.
    pub field: Option<String>,
    /// Value before.
    pub old_value: Option<String>,
    /// Value after.
    pub new_value: Option<String>,
    /// Comment.
    pub comment: Option<String>,
}

/// Reading what all directories share.
#[async_trait]
pub trait AuditedEntityReads: Send + Sync {
    /// The history of an entry, newest first; ties by id, descending.
    async fn changes(
        &self,
        kind: &'static str,
        object: Uuid,
        page: &PageRequest,
    ) -> Result<Page<ChangeRow>, StoreError>;
}
