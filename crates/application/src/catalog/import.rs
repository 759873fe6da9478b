//! Services from files.

use async_trait::async_trait;
use medcert_domain::{
    catalog::{IMPORT_SERVICES, NewService, WRITE_SERVICES},
    jobs::JobKind,
    policy::Permission,
};

use super::services::create_service_in;
use crate::{
    jobs::{ImportKind, ImportedLine, Line, LineReader},
    retry::Failed,
    store::UnitOfWork,
};

/// Makes a service of each line.
pub struct ServiceImport(pub LineReader<NewService>);

#[async_trait(?Send)]
impl ImportKind for ServiceImport {
    fn kind(&self) -> JobKind {
        IMPORT_SERVICES
    }

    fn permission(&self) -> Permission {
        WRITE_SERVICES
    }

    async fn take(&self, line: Line<'_>, uow: &mut dyn UnitOfWork) -> Result<ImportedLine, Failed> {
        let new = (self.0)(line.text, line.profile)?;
        let service = create_service_in(line.app, line.actor, uow, &new).await?;
        Ok(ImportedLine::made(service.id.raw()))
    }
}
