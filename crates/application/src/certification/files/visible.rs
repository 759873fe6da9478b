//! A file as one actor may see it.

use medcert_domain::{
    Id,
    certification::{Certification, Context, policy},
    files::StoredFile,
};

use crate::{objects::ObjectKey, store::RequestAggregate};

/// A file as one actor may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisibleFile {
    /// The file.
    pub file: StoredFile,
    /// The request that it belongs to.
    pub request: Id<Certification>,
    /// Name of whoever uploaded it.
    pub uploader: String,
    /// Whether the actor may know its name and read its content.
    pub readable: bool,
    /// Whether the actor may take it away now.
    pub deletable: bool,
}

impl VisibleFile {
    /// A file of the request.
    pub(crate) fn of(file: &StoredFile, request_aggregate: &RequestAggregate, ctx: &Context<'_>) -> Self {
        let request = &request_aggregate.certification;
        Self {
            file: file.clone(),
            request: request.id,
            uploader: request_aggregate.name_of(file.uploaded_by.raw()).unwrap_or_default().to_owned(),
            readable: policy::may_read_file(ctx.actor, request.doctor(), file.kind),
            deletable: request.check_file_deletion(file, ctx).is_ok(),
        }
    }

    /// All files of the request, oldest first.
    pub(crate) fn all(request_aggregate: &RequestAggregate, ctx: &Context<'_>) -> Vec<Self> {
        request_aggregate
            .certification
            .files
            .iter()
            .map(|file| Self::of(file, request_aggregate, ctx))
            .collect()
    }

    /// Where its bytes are.
    pub fn object(&self) -> ObjectKey {
        ObjectKey::file(self.request.raw(), self.file.id.raw())
    }

    /// The same for somebody who may not read what is clinical.
    #[must_use]
    pub fn without_clinical(mut self) -> Self {
        self.readable &= !self.file.kind.is_clinical();
        self
    }
}
