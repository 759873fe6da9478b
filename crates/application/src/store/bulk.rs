//! Filling an empty database.

use async_trait::async_trait;
use medcert_domain::{certification::Certification, people::Person};

use super::{HistoryEntry, StoreError};

/// A new request with what is written beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedRequest {
    /// The request.
    pub request: Certification,
    /// Its history.
    pub history: Vec<HistoryEntry>,
    /// The words by which it is found.
    pub search_terms: Vec<String>,
}

/// The words by which an entry of a directory is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedSearchTerms {
    /// Kind of entry: its `Entity::KIND`.
    pub kind: &'static str,
    /// Which entry.
    pub object: uuid::Uuid,
    /// The words.
    pub search_terms: Vec<String>,
}

/// New things, to be stored together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Load {
    /// People, of whom requests of this load and later ones speak.
    pub people: Vec<Person>,
    /// Words of entries of directories.
    pub search_terms: Vec<LoadedSearchTerms>,
    /// Requests.
    pub requests: Vec<LoadedRequest>,
    /// Values that counters have afterwards: series, year, value.
    pub counters: Vec<(String, i32, i64)>,
}

/// Writing many new things at once, for an installation that nobody uses yet.
///
/// Constraints hold as ever. What a unit of work does besides is left out: nobody is there to race with, and no event
/// is worth telling.
#[async_trait]
pub trait BulkLoad: Send + Sync {
    /// Stores all of it, or nothing. Versions are 1, whatever the things themselves say.
    async fn load(&self, load: &Load) -> Result<(), StoreError>;

    /// Tells the database what it holds now, so that it plans by it.
    async fn settle(&self) -> Result<(), StoreError>;
}
