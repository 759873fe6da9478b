//! Members of staff keep the specialties that they have.

use async_trait::async_trait;
use medcert_domain::{Id, catalog::Specialty};

use crate::{catalog::CatalogFollower, directory::unused, retry::Failed, store::UnitOfWork};

/// What happens to staff when something happens to specialties.
pub(crate) struct StaffOfSpecialties;

#[async_trait(?Send)]
impl CatalogFollower for StaffOfSpecialties {
    async fn specialty_leaving(
        &self,
        uow: &mut dyn UnitOfWork,
        specialty: Id<Specialty>,
    ) -> Result<(), Failed> {
        let used = uow.staff_of_specialty(specialty).await?;
        unused(used, "members of staff have this specialty; make it inactive instead")
    }
}
