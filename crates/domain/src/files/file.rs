//! A stored file, and the vocabularies about it.

use chrono::{DateTime, Utc};

use crate::{Entity, Id, PaymentId, UserId};

/// Files of one request at the most.
pub const MOST_FILES: usize = 50;

crate::codes! {
    /// What a file is to its request.
    FileKind {
        /// Shows that a payment was made.
        PaymentEvidence = "PAYMENT_EVIDENCE",
        /// Shows who somebody is.
        IdentityDocument = "IDENTITY_DOCUMENT",
        /// Clinical: for the assigned doctor's eyes only.
        MedicalDocument = "MEDICAL_DOCUMENT",
        /// Any other document of the request.
        Document = "DOCUMENT",
        /// Anything else.
        Other = "OTHER",
    }
}

impl FileKind {
    /// Whether content and name are for the assigned doctor alone.
    pub const fn is_clinical(self) -> bool {
        matches!(self, Self::MedicalDocument)
    }
}

crate::codes! {
    /// The formats that are kept.
    MediaType {
        /// PDF.
        Pdf = "application/pdf",
        /// JPEG.
        Jpeg = "image/jpeg",
        /// PNG.
        Png = "image/png",
        /// WebP.
        Webp = "image/webp",
        /// HEIC, as telephones take pictures.
        Heic = "image/heic",
        /// A text document of Office Open XML, without macros.
        Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        /// A workbook of Office Open XML, without macros.
        Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
}

impl MediaType {
    /// How the names of such files end, in lower case; the first is the usual one.
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Jpeg => &["jpg", "jpeg", "jfif"],
            Self::Png => &["png"],
            Self::Webp => &["webp"],
            Self::Heic => &["heic", "heif"],
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
        }
    }
}

/// How large files may be, by kind, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimits([u64; FileKind::ALL.len()]);

impl Default for FileLimits {
    /// 10 MiB for every kind.
    fn default() -> Self {
        Self([10 * 1024 * 1024; FileKind::ALL.len()])
    }
}

impl FileLimits {
    /// The limit of a kind.
    pub fn of(&self, kind: FileKind) -> u64 {
        self.0.get(kind as usize).copied().unwrap_or_default()
    }

    /// The same with another limit for a kind.
    #[must_use]
    pub fn with(mut self, kind: FileKind, bytes: u64) -> Self {
        if let Some(limit) = self.0.get_mut(kind as usize) {
            *limit = bytes;
        }
        self
    }

    /// The largest limit of any kind.
    pub fn greatest(&self) -> u64 {
        self.0.iter().copied().max().unwrap_or_default()
    }
}

/// A file of a request. It is never changed: only stored and removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Identifier.
    pub id: Id<Self>,
    /// What it is to the request.
    pub kind: FileKind,
    /// Its name, 1 to 255 characters.
    pub name: String,
    /// Its format, as told by its content and its name.
    pub media_type: MediaType,
    /// Its length in bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// The payment that it is evidence of.
    pub payment: Option<PaymentId>,
    /// Who uploaded it.
    pub uploaded_by: UserId,
    /// When.
    pub uploaded_at: DateTime<Utc>,
}

impl Entity for StoredFile {
    type Key = Self;
    const KIND: &'static str = "file";
    fn id(&self) -> Id<Self> {
        self.id
    }
    /// Nothing of it ever changes.
    fn version(&self) -> i64 {
        1
    }
}

/// A file that is to be kept; its bytes are stored already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Identifier.
    pub id: Id<StoredFile>,
    /// What it is to the request.
    pub kind: FileKind,
    /// Its name.
    pub name: String,
    /// Its format.
    pub media_type: MediaType,
    /// Its length in bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// The payment that it is evidence of.
    pub payment: Option<PaymentId>,
}
