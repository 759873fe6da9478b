//! Taking a file in: its bytes pass through to the object storage while they are measured, hashed and looked at.

use bytes::Bytes;
use futures::TryStreamExt as _;
use medcert_domain::{
    Invalid, PaymentId,
    files::{Archive, FileKind, FileLimits, Finding, Inspection, MediaType, Rejected, matching_type},
};
use sha2::{Digest as _, Sha256};

use crate::{
    App, Error,
    objects::{ObjectKey, Upload},
    scanning::Verdict,
};

/// What is said of a file beside its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileForm {
    /// What it is to the request.
    pub kind: FileKind,
    /// Its name.
    pub name: String,
    /// The payment that it is evidence of.
    pub payment: Option<PaymentId>,
}

/// A form with a file in it, as it comes in: its fields may stand in any order.
#[expect(async_fn_in_trait, reason = "the forms of HTTP stay on the thread that reads them")]
pub trait Incoming {
    /// Refuses what is no form: media type, and an announced length beyond this many bytes.
    fn well_formed(&self, most: u64) -> Result<(), Error>;

    /// The next bytes of the file; `None` once the whole form has been read.
    async fn piece(&mut self) -> Result<Option<Bytes>, Error>;

    /// The kind, once it has been read.
    fn kind(&self) -> Option<FileKind>;

    /// What was said, or everything that is wrong with it.
    fn form(&mut self) -> Result<FileForm, Invalid>;
}

/// A file that has passed: what was said of it, and what its bytes told.
pub(crate) struct Received {
    pub(crate) form: FileForm,
    pub(crate) size: u64,
    pub(crate) sha256: [u8; 32],
    finding: Finding,
}

impl Received {
    /// SHA-256 of everything that was sent: what an Idempotency-Key is bound to.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        let FileForm { kind, name, payment } = &self.form;
        let payment = payment.map(|id| id.to_string()).unwrap_or_default();
        Sha256::new_with_prefix(format!("{kind}\0{payment}\0{name}\0"))
            .chain_update(self.sha256)
            .finalize()
            .into()
    }
}

fn too_large(most: u64) -> Error {
    Error::TooLarge(usize::try_from(most).unwrap_or(usize::MAX))
}

fn refused(unfit: Rejected) -> Invalid {
    Invalid::one("/file", unfit.code(), unfit.to_string())
}

/// Lets the whole form pass, its bytes into the upload, if there is one. The upload is left unfinished.
pub(crate) async fn pass(
    limits: &FileLimits,
    incoming: &mut impl Incoming,
    mut upload: Option<&mut dyn Upload>,
) -> Result<Received, Error> {
    let mut inspection = Inspection::default();
    let mut hash = Sha256::new();
    while let Some(bytes) = incoming.piece().await? {
        inspection.look(&bytes);
        hash.update(&bytes);
        let most = incoming.kind().map_or_else(|| limits.greatest(), |kind| limits.of(kind));
        if inspection.length() > most {
            return Err(too_large(most));
        }
        if let Some(upload) = &mut upload {
            upload.write(bytes).await?;
        }
    }
    let size = inspection.length();
    let (form, finding) = match (incoming.form(), inspection.conclude()) {
        (Ok(form), Ok(finding)) => (form, finding),
        (Ok(_), Err(unfit)) => return Err(refused(unfit).into()),
        (Err(invalid), Ok(_)) => return Err(invalid.into()),
        (Err(mut invalid), Err(unfit)) => {
            // A file that is not there at all has been told already.
            if invalid.faults.iter().all(|fault| fault.pointer != "/file") {
                invalid.faults.extend(refused(unfit).faults);
            }
            return Err(invalid.into());
        }
    };
    let most = limits.of(form.kind);
    if size > most {
        return Err(too_large(most));
    }
    Ok(Received { form, size, sha256: hash.finalize().into(), finding })
}

/// Stores the file under the key; on a refusal nothing stays behind.
pub(crate) async fn store(
    app: &App,
    incoming: &mut impl Incoming,
    key: &ObjectKey,
) -> Result<Received, Error> {
    // The type that is answered later comes from the row; the storage is told nothing of it.
    let mut upload = app.parts.objects.upload(key, "application/octet-stream").await?;
    match pass(&app.parts.settings.file_limits, incoming, Some(&mut *upload)).await {
        Ok(received) => {
            upload.finish().await?;
            Ok(received)
        }
        Err(error) => {
            if let Err(failed) = upload.abort().await {
                tracing::warn!(error = %failed, "parts of an upload stay behind");
            }
            Err(error)
        }
    }
}

/// The format of a stored file, told by content and name; refused when a scanner finds fault with it.
pub(crate) async fn judge(
    app: &App,
    key: &ObjectKey,
    received: Received,
) -> Result<(FileForm, MediaType), Error> {
    let Received { form, size, finding, .. } = received;
    let content = match finding {
        Finding::Known(known) => known,
        Finding::Archive(archive) => directory(app, key, archive).await?.map_err(refused)?,
    };
    let media_type = matching_type(&form.name, content).map_err(refused)?;
    match app.parts.scanner.scan(key, size).await {
        Verdict::Clean => Ok((form, media_type)),
        Verdict::Infected => {
            Err(Invalid::one("/file", "infected", "the file was found to be harmful").into())
        }
        Verdict::Unavailable => Err(Error::ScannerUnavailable),
    }
}

/// Reads the directory of a stored archive, and nothing else of it.
async fn directory(
    app: &App,
    key: &ObjectKey,
    mut archive: Archive,
) -> Result<Result<MediaType, Rejected>, Error> {
    let place = archive.place();
    if !place.is_empty() {
        let pieces = app.parts.objects.read(key, place).await?;
        let mut pieces = pieces.ok_or_else(|| Error::internal("an object just stored is not there"))?;
        while let Some(bytes) = pieces.try_next().await? {
            archive.look(&bytes);
        }
    }
    Ok(archive.conclude())
}
