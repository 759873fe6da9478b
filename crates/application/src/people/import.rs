//! People, promoters and staff from files.

use async_trait::async_trait;
use medcert_domain::{
    jobs::JobKind,
    people::{IMPORT_PEOPLE, IMPORT_PROMOTERS, IMPORT_STAFF, WRITE_PEOPLE, WRITE_PROMOTERS, WRITE_STAFF},
    policy::Permission,
};

use super::{NewPromoter, NewStaff, PersonInput, create_person_in, create_promoter_in, create_staff_in};
use crate::{
    App,
    jobs::{ImportKind, ImportedLine, Line, LineReader},
    retry::Failed,
    store::UnitOfWork,
};

/// Finds or makes a promoter for each line.
pub struct PromoterImport(pub LineReader<NewPromoter>);

/// Finds or makes a person for each line.
pub struct PersonImport(pub LineReader<PersonInput>);

/// Makes somebody staff with each line.
pub struct StaffImport(pub LineReader<NewStaff>);

#[async_trait(?Send)]
impl ImportKind for PromoterImport {
    fn kind(&self) -> JobKind {
        IMPORT_PROMOTERS
    }

    fn permission(&self) -> Permission {
        WRITE_PROMOTERS
    }

    async fn take(&self, line: Line<'_>, uow: &mut dyn UnitOfWork) -> Result<ImportedLine, Failed> {
        let new = (self.0)(line.text, line.profile)?;
        let done = create_promoter_in(line.app, line.actor, uow, line.profile, &new).await?;
        Ok(ImportedLine::made_or_found(done.promoter.id.raw(), done.created))
    }
}

#[async_trait(?Send)]
impl ImportKind for PersonImport {
    fn kind(&self) -> JobKind {
        IMPORT_PEOPLE
    }

    fn permission(&self) -> Permission {
        WRITE_PEOPLE
    }

    async fn take(&self, line: Line<'_>, uow: &mut dyn UnitOfWork) -> Result<ImportedLine, Failed> {
        let input = (self.0)(line.text, line.profile)?;
        let done = create_person_in(line.app, line.actor, uow, line.profile, &input).await?;
        Ok(ImportedLine::made_or_found(done.seen.person.id.raw(), done.created))
    }
}

#[async_trait(?Send)]
impl ImportKind for StaffImport {
    fn kind(&self) -> JobKind {
        IMPORT_STAFF
    }

    fn permission(&self) -> Permission {
        WRITE_STAFF
    }

    async fn take(&self, line: Line<'_>, uow: &mut dyn UnitOfWork) -> Result<ImportedLine, Failed> {
        let new = (self.0)(line.text, line.profile)?;
        let seen = create_staff_in(line.app, line.actor, uow, line.profile, &new).await?;
        Ok(ImportedLine::made(seen.member.staff.id.raw()))
    }

    /// Whoever became staff acts as that from the next call on.
    fn forget(&self, app: &App) {
        app.forget_sessions();
    }
}
