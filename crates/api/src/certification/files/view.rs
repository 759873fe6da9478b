//! What callers are shown of a file.

use medcert_application::certification::files::VisibleFile;
use medcert_domain::{Id, certification::Action, files::StoredFile};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    author::AccountRef,
    certification::codes::ActionCode,
    codes::Moment,
    files::codes::{FileKindCode, MediaTypeCode},
};

/// A file of a request. It is never changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = File, example = json!({
    "id": "01940000-0000-7000-8000-0000000000f1", "request_id": "01940000-0000-7000-8000-000000000007",
    "kind": "PAYMENT_EVIDENCE", "name": "Transferencia.pdf", "media_type": "application/pdf", "size": 48213,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "payment_id": "01940000-0000-7000-8000-0000000000c3",
    "uploaded_by": {"id": "01940000-0000-7000-8000-0000000000d4", "name": "Rosa Huamán"},
    "uploaded_at": "2026-11-20T15:01:00.000000Z", "available_actions": ["DELETE_FILE"]
}))]
pub(in crate::certification) struct FileView {
    /// Identifier.
    pub(super) id: Uuid,
    /// The request that it belongs to.
    request_id: Uuid,
    /// What it is to the request.
    kind: FileKindCode,
    /// Its name; null when its content is for the assigned doctor alone.
    #[schema(required = true)]
    name: Option<String>,
    /// Its format.
    media_type: MediaTypeCode,
    /// Its length in bytes.
    size: u64,
    /// SHA-256 of its bytes in hexadecimal; null when they are for the assigned doctor alone.
    #[schema(required = true)]
    sha256: Option<String>,
    /// The payment that it is evidence of.
    #[schema(required = true)]
    payment_id: Option<Uuid>,
    /// Who uploaded it.
    uploaded_by: AccountRef,
    /// When.
    uploaded_at: Moment,
    /// What the caller may do with it now.
    available_actions: Vec<ActionCode>,
}

impl From<&VisibleFile> for FileView {
    fn from(seen: &VisibleFile) -> Self {
        let file = &seen.file;
        Self {
            id: file.id.raw(),
            request_id: seen.request.raw(),
            kind: file.kind.into(),
            name: seen.readable.then(|| file.name.clone()),
            media_type: file.media_type.into(),
            size: file.size,
            sha256: seen.readable.then(|| hex::encode(file.sha256)),
            payment_id: file.payment.map(Id::raw),
            uploaded_by: AccountRef { id: file.uploaded_by.raw(), name: seen.uploader.clone() },
            uploaded_at: file.uploaded_at.into(),
            available_actions: seen.deletable.then_some(Action::DeleteFile.into()).into_iter().collect(),
        }
    }
}

impl From<VisibleFile> for FileView {
    fn from(seen: VisibleFile) -> Self {
        Self::from(&seen)
    }
}

impl FileView {
    /// Fills in what was left out for others, when this is one of these files.
    pub(in crate::certification) fn fill(&mut self, files: &[StoredFile]) {
        if let Some(file) = files.iter().find(|file| file.id.raw() == self.id) {
            self.name = Some(file.name.clone());
            self.sha256 = Some(hex::encode(file.sha256));
        }
    }
}
