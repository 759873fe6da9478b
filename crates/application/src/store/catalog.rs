//! What the room of the catalog asks of the database.

use async_trait::async_trait;
use medcert_domain::{
    Id,
    catalog::{CertificateKind, Service, Specialty},
    institution::Institution,
};

use super::{Page, PageRequest, Repository, StoreError};

/// Which services. Everything given must hold; several values of one filter mean any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceFilter {
    /// Those still offered, or those no longer.
    pub active: Option<bool>,
    /// Leading to these certificates.
    pub kinds: Vec<CertificateKind>,
    /// Words, each of which must begin some word of the name.
    pub search_terms: Vec<String>,
}

/// Reading the catalog.
#[async_trait]
pub trait CatalogReads: Send + Sync {
    /// Services by name, then id.
    async fn services(&self, filter: &ServiceFilter, page: &PageRequest)
    -> Result<Page<Service>, StoreError>;

    /// One service.
    async fn service(&self, id: Id<Service>) -> Result<Option<Service>, StoreError>;

    /// Specialties that are active or not and of whose names some word begins with each of these, by name, then id.
    async fn specialties(
        &self,
        active: Option<bool>,
        search_terms: &[String],
        page: &PageRequest,
    ) -> Result<Page<Specialty>, StoreError>;

    /// One specialty.
    async fn specialty(&self, id: Id<Specialty>) -> Result<Option<Specialty>, StoreError>;

    /// The institution, when its profile was written.
    async fn institution(&self) -> Result<Option<Institution>, StoreError>;
}

/// What use cases of the catalog need beyond plain repositories.
#[async_trait]
pub trait CatalogWrites:
    Repository<Service> + Repository<Specialty> + Repository<Institution> + Send
{
    /// The service whose name is [alike](medcert_domain::text::alike).
    async fn service_named(&mut self, name: &str) -> Result<Option<Id<Service>>, StoreError>;
}
