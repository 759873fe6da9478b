//! What the room of files reads from the database.

use async_trait::async_trait;
use medcert_domain::{
    Id,
    certification::{Certificate, Certification},
    files::StoredFile,
};

use super::StoreError;

/// Reading what is known of files and their objects.
#[async_trait]
pub trait FileReads: Send + Sync {
    /// The request that a file belongs to.
    async fn request_of_file(&self, id: Id<StoredFile>) -> Result<Option<Id<Certification>>, StoreError>;

    /// Those of these files that there are, each with its request.
    async fn files_known(
        &self,
        ids: &[Id<StoredFile>],
    ) -> Result<Vec<(Id<Certification>, Id<StoredFile>)>, StoreError>;

    /// The keys of the objects of those of these certificates that there are.
    async fn certificate_keys(&self, ids: &[Id<Certificate>]) -> Result<Vec<String>, StoreError>;

    /// Keys of objects that are to be removed, oldest first.
    async fn discarded(&self, limit: u64) -> Result<Vec<String>, StoreError>;

    /// Forgets keys of objects that have been removed.
    async fn forget_discarded(&self, keys: &[String]) -> Result<(), StoreError>;
}
