//! Changing what is known of a person: one rule, whichever resource it is changed through.
//!
//! The person's own history and audit trail have every change. What else it is written into is the business of whoever
//! asks.

use medcert_domain::{
    Entity as _, FieldChange, Invalid,
    institution::Institution,
    people::{Document, Person, PersonUse},
    policy::Actor,
};

use super::search_terms::{follow, reindex};
use crate::{
    App, Error,
    audit::About,
    audited_entity::{self, Change},
    people::{PersonInput, PersonResolver, SEARCHED, protected},
    retry::Failed,
    store::UnitOfWork,
};

/// Where in a body the fields of the person stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// At its top.
    Top,
    /// In `person`.
    Person,
}

impl At {
    /// Before the name of a field and its slash.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Top => "",
            Self::Person => "/person",
        }
    }

    /// The number of the document.
    const fn number(self) -> &'static str {
        match self {
            Self::Top => "/document_number",
            Self::Person => "/person/document_number",
        }
    }
}

/// Who changes a person, and where the fields stand.
#[derive(Clone, Copy)]
pub(crate) struct Correction<'a> {
    pub(crate) app: &'a App,
    pub(crate) actor: &'a Actor,
    pub(crate) profile: &'a Institution,
    pub(crate) at: At,
}

impl Correction<'_> {
    /// Changes all that is said, also of people who are staff or have a login: for the administration, and for people
    /// themselves. The person as it is then, and what differs.
    pub(crate) async fn freely(
        self,
        uow: &mut dyn UnitOfWork,
        person: Person,
        input: &PersonInput,
    ) -> Result<(Person, Vec<FieldChange>), Failed> {
        self.change(uow, person, input, PersonUse::Outside).await
    }

    /// The same for everybody else: what belongs to the administration is refused.
    pub(crate) async fn within_limits(
        self,
        uow: &mut dyn UnitOfWork,
        person: Person,
        input: &PersonInput,
    ) -> Result<(Person, Vec<FieldChange>), Failed> {
        let usage = uow.person_use(person.id).await?;
        self.change(uow, person, input, usage).await
    }

    async fn change(
        self,
        uow: &mut dyn UnitOfWork,
        mut person: Person,
        input: &PersonInput,
        usage: PersonUse,
    ) -> Result<(Person, Vec<FieldChange>), Failed> {
        let Self { app, actor, profile, at } = self;
        let finder = PersonResolver::new(app, actor, &mut *uow, profile);
        finder.check(at.prefix(), &input.fields)?;
        let typed = input.document.as_ref();
        let document =
            typed.map(|typed| finder.document(at.prefix(), typed, person.document.as_ref())).transpose()?;
        let (mut changes, mut freed) = (Vec::new(), None);
        if let Some(document) = document.filter(|wanted| person.document.as_ref() != Some(wanted)) {
            app.printable(at.number(), &document.number)?;
            freed = self.make_free(uow, &person, &document).await?;
            changes.push(FieldChange {
                field: "document",
                old: person.document.as_ref().map(ToString::to_string),
                new: Some(document.to_string()),
                applied: usage == PersonUse::Outside,
            });
            person.document = Some(document);
        }
        changes.extend(person.merge(&input.fields, usage));
        let kept: Vec<_> = changes.iter().filter(|change| !change.applied).collect();
        if !kept.is_empty() {
            let faults = kept.into_iter().flat_map(|change| self.refused(change).faults);
            return Err(Invalid { faults: faults.collect() }.into());
        }
        if changes.is_empty() {
            return Ok((person, changes));
        }
        person.updated_at = app.now();
        uow.update(&person).await?;
        person.version += 1;
        if let Some(mut record) = freed {
            record.version += 1;
            uow.update(&record).await?;
        }
        if changes.iter().any(|change| SEARCHED.contains(&change.field)) {
            follow(uow, person.id).await?;
        } else if changes.iter().any(|change| change.field == "email") {
            reindex(uow, &person).await?;
        }
        let journal = Change {
            about: About::object(Person::KIND, person.id.raw()).of(person.id),
            action: "EDIT",
            audited: "people.edit",
            differences: changes.iter().cloned().collect(),
            comment: None,
        };
        audited_entity::journal(app, actor, uow, journal).await?;
        Ok((person, changes))
    }

    /// The field as the body names it.
    fn refused(self, change: &FieldChange) -> Invalid {
        let field = if change.field == "document" { "document_number" } else { change.field };
        protected(&format!("{}/{field}", self.at.prefix()))
    }

    /// Makes sure that nobody else has the document. A record merged into the person may have it: it gives it up, and
    /// takes the person's present one as soon as the person has the other.
    async fn make_free(
        self,
        uow: &mut dyn UnitOfWork,
        person: &Person,
        wanted: &Document,
    ) -> Result<Option<Person>, Failed> {
        let Some(holder) = uow.holder_of(wanted).await? else { return Ok(None) };
        if holder.merged_into != Some(person.id) {
            let by = holder.merged_into.unwrap_or(holder.id).raw();
            return Err(Error::Taken { pointer: self.at.number(), by }.into());
        }
        let bare = Person { document: None, ..holder };
        uow.update(&bare).await?;
        Ok(Some(Person { document: person.document.clone(), ..bare }))
    }
}
