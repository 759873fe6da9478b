//! What all directories share: a history of every entry, and the words by which entries are found.

use std::collections::BTreeSet;

use medcert_domain::{Editable, FieldChange, UserId, field_changes, policy::Actor, text};
use uuid::Uuid;

use crate::{
    App, Error,
    audit::{self, About},
    retry::Failed,
    store::{AuditEvent, ChangeEntry, ChangeRow, Page, PageRequest, UnitOfWork},
};

/// Fields of an entry that differ before and after a change, in the order they were compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Differences(Vec<(&'static str, Option<String>, Option<String>)>);

impl Differences {
    /// Notes the field if its values differ; both as people read them, never a secret.
    pub(crate) fn note(&mut self, field: &'static str, old: Option<String>, new: Option<String>) {
        if old != new {
            self.0.push((field, old, new));
        }
    }

    /// What differs between two states of an entity; without a state before, everything that is set.
    pub(crate) fn between<E: Editable>(before: Option<&E>, after: &E) -> Self {
        field_changes(before, after).into_iter().collect()
    }

    /// Whether nothing differs.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<FieldChange> for Differences {
    fn from_iter<I: IntoIterator<Item = FieldChange>>(changes: I) -> Self {
        Self(changes.into_iter().map(|change| (change.field, change.old, change.new)).collect())
    }
}

impl Extend<FieldChange> for Differences {
    fn extend<I: IntoIterator<Item = FieldChange>>(&mut self, changes: I) {
        self.0.extend(changes.into_iter().map(|change| (change.field, change.old, change.new)));
    }
}

impl IntoIterator for Differences {
    type Item = FieldChange;
    type IntoIter = std::vec::IntoIter<FieldChange>;

    fn into_iter(self) -> Self::IntoIter {
        let change = |(field, old, new)| FieldChange { field, old, new, applied: false };
        self.0.into_iter().map(change).collect::<Vec<_>>().into_iter()
    }
}

/// What was done to an entry.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// The entry: `Entity::KIND`, its id and whose data it is.
    pub about: About,
    /// Code for the history, such as `CREATE`, `EDIT`, `DELETE`.
    pub action: &'static str,
    /// Name for the audit trail: `room.verb`, such as `catalog.create_service`.
    pub audited: &'static str,
    /// Fields that changed.
    pub differences: Differences,
    /// What the actor said.
    pub comment: Option<String>,
}

/// Writes what came of a change beside the change itself: a line of history for each field (one line when no field
/// tells anything) and the audit event.
pub(crate) async fn journal(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    change: Change,
) -> Result<(), Failed> {
    let event = audit::event(app, actor, change.audited, change.about, "ok");
    journal_as(app, uow, event, change).await
}

/// The same for somebody who is no [`Actor`]: whoever holds a token from a mail, or runs the program.
pub(crate) async fn journal_as(
    app: &App,
    uow: &mut dyn UnitOfWork,
    mut event: AuditEvent,
    change: Change,
) -> Result<(), Failed> {
    event.reason.clone_from(&change.comment);
    record_by(app, event.actor, uow, change).await?;
    uow.audit(&[event]).await?;
    Ok(())
}

/// Writes the lines of history alone, where the audit event is that of something greater.
pub(crate) async fn record(
    app: &App,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    change: Change,
) -> Result<(), Failed> {
    record_by(app, Some(actor.user), uow, change).await
}

async fn record_by(
    app: &App,
    by: Option<UserId>,
    uow: &mut dyn UnitOfWork,
    change: Change,
) -> Result<(), Failed> {
    let object = change.about.id.ok_or_else(|| Error::internal("a change of a directory names no entry"))?;
    let at = app.now();
    let line = |field, old, new| ChangeEntry {
        id: app.parts.ids.uuid(),
        kind: change.about.kind,
        object,
        at,
        by,
        action: change.action,
        field,
        old,
        new,
        comment: change.comment.clone(),
    };
    let entries: Vec<ChangeEntry> = if change.differences.is_empty() {
        vec![line(None, None, None)]
    } else {
        change.differences.0.into_iter().map(|(field, old, new)| line(Some(field), old, new)).collect()
    };
    Ok(uow.record_changes(&entries).await?)
}

/// The history of an entry, newest first. The caller has been asked for the permission to read the entry, and the
/// entry is there.
pub async fn history(
    app: &App,
    actor: &Actor,
    kind: &'static str,
    object: Uuid,
    page: &PageRequest,
) -> Result<Page<ChangeRow>, Error> {
    let found = app.store().changes(kind, object, page).await?;
    app.trail.note(audit::event(app, actor, "directory.history", About::object(kind, object), "ok")).await;
    Ok(found)
}

/// The words by which an entry is found: of names, documents, codes and addresses, each once, folded; what holds a
/// digit also as one word without what separates its parts.
pub fn search_terms<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    let both = |text| text::search_terms(text).into_iter().chain(text::typed_search_terms(text));
    texts.into_iter().flat_map(both).collect::<BTreeSet<_>>().into_iter().collect()
}
