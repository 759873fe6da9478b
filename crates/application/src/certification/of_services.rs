//! Requests keep the services that they are for.

use async_trait::async_trait;
use medcert_domain::{Id, catalog::Service};

use crate::{catalog::CatalogFollower, directory::unused, retry::Failed, store::UnitOfWork};

/// What happens to requests when something happens to services.
pub(crate) struct RequestsForServices;

#[async_trait(?Send)]
impl CatalogFollower for RequestsForServices {
    async fn service_leaving(&self, uow: &mut dyn UnitOfWork, service: Id<Service>) -> Result<(), Failed> {
        let used = uow.requests_for_service(service).await?;
        unused(used, "requests are for this service; make it inactive instead")
    }
}
