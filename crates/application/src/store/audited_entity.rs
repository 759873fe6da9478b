//! What all directories ask of the database.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{ChangeEntry, NamedUser, Page, PageRequest, StoreError};

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

/// What use cases of every directory need beyond plain repositories.
#[async_trait]
pub trait AuditedEntityWrites: Send {
    /// Appends changes to the history of entries.
    async fn record_changes(&mut self, changes: &[ChangeEntry]) -> Result<(), StoreError>;

    /// Replaces the words by which an entry is found; none removes it from the index. The entry has been written
    /// before, since its words keep its place in the list.
    async fn index_entry(
        &mut self,
        kind: &'static str,
        object: Uuid,
        search_terms: &[String],
    ) -> Result<(), StoreError>;

    /// Takes the values and comments out of the history of an entry: that it was changed stays.
    async fn blank_changes(&mut self, kind: &'static str, object: Uuid) -> Result<(), StoreError>;
}
