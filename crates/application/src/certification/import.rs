//! Requests from files.

use async_trait::async_trait;
use medcert_domain::{
    certification::{Action, IMPORT_REQUESTS},
    jobs::JobKind,
    policy::Permission,
};

use super::{RequestInput, register_in};
use crate::{
    jobs::{ImportKind, ImportedLine, Line, LineReader},
    retry::Failed,
    store::{Made, UnitOfWork},
};

/// Registers a request for each line.
pub struct RequestImport(pub LineReader<RequestInput>);

#[async_trait(?Send)]
impl ImportKind for RequestImport {
    fn kind(&self) -> JobKind {
        IMPORT_REQUESTS
    }

    fn permission(&self) -> Permission {
        Permission::Action(&Action::Register)
    }

    async fn take(&self, line: Line<'_>, uow: &mut dyn UnitOfWork) -> Result<ImportedLine, Failed> {
        let input = (self.0)(line.text, line.profile)?;
        let detail = register_in(line.app, line.actor, uow, line.profile, &input).await?;
        let request = detail.request_aggregate.certification;
        let duplicates = detail.possible_duplicates.into_iter().map(|(id, code)| (id.raw(), Some(code)));
        Ok(ImportedLine {
            made: Some(Made { id: request.id.raw(), code: Some(request.code) }),
            duplicates: duplicates.collect(),
        })
    }
}
