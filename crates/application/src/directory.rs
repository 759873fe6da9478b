//! Directories of the institution's own, of named entries. What their entries have in common is said once here: reading,
//! making, changing and removing one, each with its history, its audit event and its words. What is an entry's own is
//! [`DirectoryEntry`], beside the use cases of its room.

use async_trait::async_trait;
use medcert_domain::{
    Declared, Id, Invalid,
    jobs::JobKind,
    policy::{Actor, Permission},
};

use crate::{
    App, Conditions, Error, IfMatch,
    audit::About,
    audited_entity::{self, Change, Differences},
    idempotent::{EncodeResponse, Idempotent, idempotent},
    input::Input,
    jobs::{ImportKind, ImportedLine, Line, LineReader},
    retry::{Failed, run},
    store::{ChangeRow, Page, PageRequest, Repository, StoreError, UnitOfWork},
};

/// An entry of a directory.
#[async_trait(?Send)]
pub trait DirectoryEntry: Declared<Key = Self> {
    /// What opens one and its history.
    const READ: Permission;
    /// What makes, changes and removes one.
    const WRITE: Permission;
    /// How making, changing and removing one is audited.
    const AUDITED: [&'static str; 3];
    /// Whether the history of a new one tells its values.
    const TELLS_FIRST_VALUES: bool = true;
    /// What is said of a name that another one has.
    const TAKEN: &'static str;
    /// What is said of an identifier that none has.
    const UNKNOWN: &'static str;

    /// Where they are stored.
    fn repository(uow: &mut dyn UnitOfWork) -> &mut dyn Repository<Self>;

    /// One as it is stored.
    async fn stored(app: &App, id: Id<Self>) -> Result<Option<Self>, StoreError>;

    /// Refuses that one is removed to which something refers.
    async fn leaving(uow: &mut dyn UnitOfWork, id: Id<Self>) -> Result<(), Failed>;

    /// Whether it is offered.
    fn is_active(&self) -> bool;

    /// By which words it is found.
    fn search_terms(&self) -> Vec<String> {
        vec![]
    }

    /// Refuses what cannot be stored, besides what its constraints refuse.
    async fn check(&self, _: &App, _: &mut dyn UnitOfWork, _before: Option<&Self>) -> Result<(), Failed> {
        Ok(())
    }
}

/// One entry.
pub async fn entry<E: DirectoryEntry>(app: &App, actor: &Actor, id: Id<E>) -> Result<E, Error> {
    app.require(actor, E::READ).await?;
    E::stored(app, id).await?.ok_or(Error::NotFound(E::KIND))
}

/// What happened to an entry, newest first.
pub async fn history<E: DirectoryEntry>(
    app: &App,
    actor: &Actor,
    id: Id<E>,
    page: &PageRequest,
) -> Result<Page<ChangeRow>, Error> {
    entry(app, actor, id).await?;
    audited_entity::history(app, actor, E::KIND, id.raw(), page).await
}

/// Makes an entry.
pub async fn create<E: DirectoryEntry>(
    app: &App,
    actor: &Actor,
    conditions: &Conditions,
    input: &dyn Input<E::New>,
    write: EncodeResponse<'_, E>,
) -> Result<Idempotent<E>, Error> {
    app.require(actor, E::WRITE).await?;
    input.well_formed()?;
    let profile = app.profile().await?;
    idempotent(app, conditions, 201, write, async |uow: &mut dyn UnitOfWork| {
        create_in(app, actor, uow, input.read(&profile)?).await
    })
    .await
}

/// The same inside a unit of work.
pub(crate) async fn create_in<E: DirectoryEntry>(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    new: E::New,
) -> Result<E, Failed> {
    let now = app.now();
    let entry = E::made(app.id(), new, now);
    entry.check(app, uow, None).await?;
    E::repository(uow).insert(&entry).await.map_err(taken::<E>)?;
    uow.index_entry(E::KIND, entry.id().raw(), &entry.search_terms()).await?;
    let none = Differences::default();
    let differences = if E::TELLS_FIRST_VALUES { Differences::between(None, &entry) } else { none };
    let [audited, _, _] = E::AUDITED;
    record(app, actor, uow, &entry, ("CREATE", audited), differences).await?;
    Ok(entry.versioned(1, now))
}

/// Changes an entry.
pub async fn change<E: DirectoryEntry>(
    app: &App,
    actor: &Actor,
    id: Id<E>,
    input: &dyn Input<E::Patch>,
    if_match: IfMatch,
) -> Result<E, Error> {
    app.require(actor, E::WRITE).await?;
    input.well_formed()?;
    let if_match = if_match.required()?;
    let profile = app.profile().await?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let before = in_version(uow, id, if_match).await?;
        let after = before.changed(input.read(&profile)?);
        if after == before {
            return Ok(before);
        }
        after.check(app, uow, Some(&before)).await?;
        let (version, now) = (before.version(), app.now());
        let after = after.versioned(version, now);
        E::repository(uow).update(&after).await.map_err(taken::<E>)?;
        uow.index_entry(E::KIND, id.raw(), &after.search_terms()).await?;
        let [_, audited, _] = E::AUDITED;
        let differences = Differences::between(Some(&before), &after);
        record(app, actor, uow, &after, ("EDIT", audited), differences).await?;
        Ok(after.versioned(version + 1, now))
    })
    .await
}

/// Removes an entry to which nothing refers; one that was used can be made inactive instead.
pub async fn delete<E: DirectoryEntry>(
    app: &App,
    actor: &Actor,
    id: Id<E>,
    if_match: IfMatch,
) -> Result<(), Error> {
    app.require(actor, E::WRITE).await?;
    let if_match = if_match.required()?;
    run(app, if_match.on_stale(), async |uow: &mut dyn UnitOfWork| {
        let entry: E = in_version(uow, id, if_match).await?;
        E::leaving(uow, id).await?;
        E::repository(uow).delete(&entry).await?;
        uow.index_entry(E::KIND, id.raw(), &[]).await?;
        let [_, _, audited] = E::AUDITED;
        record(app, actor, uow, &entry, ("DELETE", audited), Differences::default()).await
    })
    .await
}

/// Refuses to remove what so many things refer to; `message` says behind their number what they are.
pub(crate) fn unused(uses: u64, message: &str) -> Result<(), Failed> {
    if uses == 0 { Ok(()) } else { Err(Error::in_use(format!("{uses} {message}"), uses).into()) }
}

/// The entry that something is to refer to from now on; it must be offered.
pub(crate) async fn offered<E: DirectoryEntry>(
    uow: &mut dyn UnitOfWork,
    pointer: &str,
    id: Option<Id<E>>,
) -> Result<Option<E>, Failed> {
    let Some(id) = id else { return Ok(None) };
    match E::repository(uow).get(id).await? {
        Some(entry) if entry.is_active() => Ok(Some(entry)),
        Some(_) => Err(Invalid::one(pointer, "inactive", "is no longer offered").into()),
        None => Err(Invalid::one(pointer, "unknown", E::UNKNOWN).into()),
    }
}

/// Makes an entry of each line of a file.
pub struct DirectoryImport<E: DirectoryEntry> {
    /// Its kind.
    pub kind: JobKind,
    /// The reader of a line.
    pub reader: LineReader<E::New>,
}

#[async_trait(?Send)]
impl<E: DirectoryEntry> ImportKind for DirectoryImport<E> {
    fn kind(&self) -> JobKind {
        self.kind.clone()
    }

    fn permission(&self) -> Permission {
        E::WRITE
    }

    async fn take(&self, line: Line<'_>, uow: &mut dyn UnitOfWork) -> Result<ImportedLine, Failed> {
        let new = (self.reader)(line.text, line.profile)?;
        let entry: E = create_in(line.app, line.actor, uow, new).await?;
        Ok(ImportedLine::made(entry.id().raw()))
    }
}

/// A name that is there already is the caller's to change; no other run could find it free.
fn taken<E: DirectoryEntry>(error: StoreError) -> Failed {
    match error {
        StoreError::Duplicate(_) => Error::Duplicate { pointer: "/name", message: E::TAKEN }.into(),
        other => other.into(),
    }
}

async fn in_version<E: DirectoryEntry>(
    uow: &mut dyn UnitOfWork,
    id: Id<E>,
    if_match: IfMatch,
) -> Result<E, Failed> {
    let entry = E::repository(uow).get(id).await?.ok_or(Error::NotFound(E::KIND))?;
    if_match.check(entry.version())?;
    Ok(entry)
}

async fn record<E: DirectoryEntry>(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    entry: &E,
    (action, audited): (&'static str, &'static str),
    differences: Differences,
) -> Result<(), Failed> {
    let about = About::object(E::KIND, entry.id().raw());
    audited_entity::journal(app, actor, uow, Change { about, action, audited, differences, comment: None })
        .await
}
