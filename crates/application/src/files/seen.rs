//! A file as one actor may see it.

use medcert_domain::{
    Id,
    certification::{Certification, Context},
    files::StoredFile,
    policy,
};

use crate::store::Dossier;

/// A file as one actor may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSeen {
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

impl FileSeen {
    /// A file of the dossier.
    pub(crate) fn of(file: &StoredFile, dossier: &Dossier, ctx: &Context<'_>) -> Self {
        let request = &dossier.certification;
        Self {
            file: file.clone(),
            request: request.id,
            uploader: dossier.name_of(file.uploaded_by.raw()).unwrap_or_default().to_owned(),
            readable: policy::may_read_file(ctx.actor, request.doctor(), file.kind),
            deletable: request.check_file_deletion(file, ctx).is_ok(),
        }
    }

    /// All files of the dossier, oldest first.
    pub(crate) fn all(dossier: &Dossier, ctx: &Context<'_>) -> Vec<Self> {
        dossier.certification.files.iter().map(|file| Self::of(file, dossier, ctx)).collect()
    }

    /// The same for somebody who may not read what is clinical.
    #[must_use]
    pub fn without_clinical(mut self) -> Self {
        self.readable &= !self.file.kind.is_clinical();
        self
    }
}
