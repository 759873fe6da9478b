//! Finding people again by their document, making them, and telling what changed.

use chrono::NaiveDate;
use medcert_domain::{
    Entity as _, FieldChange, Id, Invalid, PersonId,
    institution::Institution,
    people::{
        Document, Person, PersonPatch, PersonUse, Promoter, PromoterIdentity, PromoterSource, PromoterType,
    },
    policy::Actor,
};

use super::{
    follow, index, index_promoter,
    input::{DocumentInput, NewPromoter, PersonChange, PersonInput, PromoterInput, check_birth},
    reindex,
};
use crate::{
    App,
    audit::About,
    audited_entity::{self, Change, Differences},
    directory,
    retry::Failed,
    store::UnitOfWork,
};

/// Fields by which people and their requests are found.
pub(crate) const SEARCHED: &[&str] =
    &["given_names", "family_names", "document", "phone", "phone_2", "landline"];

/// The unit of work with what finding people needs besides.
pub(crate) struct PersonResolver<'a> {
    pub app: &'a App,
    pub actor: &'a Actor,
    pub uow: &'a mut dyn UnitOfWork,
    pub profile: &'a Institution,
    pub today: NaiveDate,
    /// What was changed of people so far.
    pub changes: Vec<PersonChange>,
    /// People whose search words are out of date.
    pub renamed: Vec<PersonId>,
}

/// What looking for a person led to.
pub(crate) enum Lookup {
    /// The person has this document.
    Known(Box<Person>),
    /// Nobody has it.
    Unknown(Document),
}

/// Where a part of a document is: the document itself has no name.
fn place(part: &str) -> String {
    if part.is_empty() { String::new() } else { format!("/{part}") }
}

fn missing(part: &str, field: &str) -> Invalid {
    Invalid::one(&format!("{}/{field}", place(part)), "required", "is required")
}

impl<'a> PersonResolver<'a> {
    /// Nothing was changed yet.
    pub(crate) fn new(
        app: &'a App,
        actor: &'a Actor,
        uow: &'a mut dyn UnitOfWork,
        profile: &'a Institution,
    ) -> Self {
        let today = profile.day_of(app.now());
        Self { app, actor, uow, profile, today, changes: vec![], renamed: vec![] }
    }
}

impl PersonResolver<'_> {
    /// The document as typed, completed by the present one.
    pub(crate) fn document(
        &self,
        pointer: &str,
        input: &DocumentInput,
        present: Option<&Document>,
    ) -> Result<Document, Invalid> {
        let missing = |field: &str| Invalid::one(&format!("{pointer}/{field}"), "required", "is required");
        let kind = input.kind.or(present.map(|d| d.kind)).ok_or_else(|| missing("document_type"))?;
        let country = input.country.or(present.map(|d| d.country)).unwrap_or(self.profile.country);
        let number = input.number.as_deref().or(present.map(|d| d.number.as_str()));
        let number = number.ok_or_else(|| missing("document_number"))?;
        Document::parse(kind, country, number).map_err(|e| e.below(&format!("{pointer}/document_number")))
    }

    pub(crate) fn check(&self, pointer: &str, fields: &PersonPatch) -> Result<(), Invalid> {
        check_birth(fields, self.today).map_err(|e| e.below(pointer))?;
        for (field, text) in [("given_names", &fields.given_names), ("family_names", &fields.family_names)] {
            if let Some(text) = text {
                self.app.printable(&format!("{pointer}/{field}"), text)?;
            }
        }
        Ok(())
    }

    /// The person with this document, with what is said of them taken over; or a new one.
    pub(crate) async fn find_or_make(
        &mut self,
        part: &'static str,
        input: &PersonInput,
    ) -> Result<Person, Failed> {
        match self.find(part, input).await? {
            Lookup::Known(person) => self.merge(part, *person, &input.fields).await,
            Lookup::Unknown(document) => self.make(part, document, &input.fields).await,
        }
    }

    /// The person with this document, as known.
    pub(crate) async fn find(&mut self, part: &'static str, input: &PersonInput) -> Result<Lookup, Failed> {
        self.check(&place(part), &input.fields)?;
        let document = input.document.as_ref().ok_or_else(|| missing(part, "document_number"))?;
        let document = self.document(&place(part), document, None)?;
        let found = self.uow.person_by_document(&document).await?;
        Ok(found.map_or(Lookup::Unknown(document), |person| Lookup::Known(Box::new(person))))
    }

    /// A new person.
    pub(crate) async fn make(
        &mut self,
        part: &'static str,
        document: Document,
        fields: &PersonPatch,
    ) -> Result<Person, Failed> {
        self.app.printable(&format!("{}/document_number", place(part)), &document.number)?;
        let given_names = fields.given_names.clone().ok_or_else(|| missing(part, "given_names"))?;
        let family_names = fields.family_names.clone().ok_or_else(|| missing(part, "family_names"))?;
        let mut person = Person::named(self.app.id(), given_names, family_names, self.app.now());
        fields.clone().apply(&mut person);
        person.document = Some(document);
        self.uow.insert(&person).await?;
        index(&mut *self.uow, &person).await?;
        self.record(person.id, "CREATE", vec![]).await?;
        Ok(Person { version: 1, ..person })
    }

    /// Takes over what is said of a known person; what a request may not change stays, and is told.
    pub(crate) async fn merge(
        &mut self,
        part: &'static str,
        mut person: Person,
        fields: &PersonPatch,
    ) -> Result<Person, Failed> {
        let usage = self.uow.person_use(person.id).await?;
        let changes = person.merge(fields, usage);
        let applied: Vec<FieldChange> = changes.iter().filter(|change| change.applied).cloned().collect();
        if !applied.is_empty() {
            person.updated_at = self.app.now();
            self.uow.update(&person).await?;
            person.version += 1;
            if applied.iter().any(|change| SEARCHED.contains(&change.field)) {
                self.renamed.push(person.id);
            } else if applied.iter().any(|change| change.field == "email") {
                reindex(&mut *self.uow, &person).await?;
            }
            self.record(person.id, "EDIT", applied).await?;
        }
        let id = person.id;
        self.changes.extend(changes.into_iter().map(|change| PersonChange { part, person: id, change }));
        Ok(person)
    }

    /// Writes what happened to a person into the person's own history.
    pub(crate) async fn record(
        &mut self,
        person: PersonId,
        action: &'static str,
        changes: Vec<FieldChange>,
    ) -> Result<(), Failed> {
        let change = Change {
            about: About::object(Person::KIND, person.raw()).of(person),
            action,
            audited: "people.follow",
            differences: changes.into_iter().collect::<Differences>(),
            comment: None,
        };
        audited_entity::record(self.app, self.actor, &mut *self.uow, change).await
    }

    /// Edits the person of a request: other fields, or another document. A number that belongs to somebody else
    /// leads to that person, who is not renamed by it; a number of nobody's corrects this person's.
    pub(crate) async fn edit(
        &mut self,
        part: &'static str,
        mut person: Person,
        input: &PersonInput,
    ) -> Result<Person, Failed> {
        let pointer = place(part);
        self.check(&pointer, &input.fields)?;
        if let Some(document) = &input.document {
            let document = self.document(&pointer, document, person.document.as_ref())?;
            let other = if person.document.as_ref() == Some(&document) {
                Some(person.clone())
            } else {
                self.uow.person_by_document(&document).await?
            };
            match other {
                // The number of a record merged into this person leads to this person.
                Some(other) if other.id == person.id => {}
                Some(other) => return Ok(other),
                None => {
                    if self.uow.person_use(person.id).await? == PersonUse::Inside {
                        return Err(protected(&format!("{pointer}/document_number")).into());
                    }
                    self.app.printable(&format!("{pointer}/document_number"), &document.number)?;
                    let change = FieldChange {
                        field: "document",
                        old: person.document.as_ref().map(ToString::to_string),
                        new: Some(document.to_string()),
                        applied: true,
                    };
                    person.document = Some(document);
                    person.updated_at = self.app.now();
                    self.uow.update(&person).await?;
                    person.version += 1;
                    self.renamed.push(person.id);
                    self.record(person.id, "EDIT", vec![change.clone()]).await?;
                    self.changes.push(PersonChange { part, person: person.id, change });
                }
            }
        }
        let before = self.changes.len();
        let person = self.merge(part, person, &input.fields).await?;
        let refused = self.changes.iter().skip(before).find(|c| !c.change.applied);
        match refused {
            Some(change) => Err(protected(&format!("{pointer}/{}", change.change.field)).into()),
            None => Ok(person),
        }
    }

    /// The promoter that is named, found or made.
    pub(crate) async fn promoter(&mut self, input: &PromoterInput) -> Result<Promoter, Failed> {
        match input {
            PromoterInput::Known(id) => {
                let found: Option<Promoter> = self.uow.get(*id).await?;
                found.ok_or_else(|| Invalid::one("/promoter_id", "unknown", "is no promoter").into())
            }
            PromoterInput::Inline(new) => self.find_or_make_promoter(new).await,
        }
    }

    async fn find_or_make_promoter(&mut self, new: &NewPromoter) -> Result<Promoter, Failed> {
        let part = "promoter";
        if let Some(found) = self.promoter_by_tax_id(new).await? {
            return Ok(found);
        }
        let person = match (new.kind, new.person_id) {
            (PromoterType::Person, Some(id)) => Some(self.known(part, id).await?),
            (PromoterType::Person, None) => Some(self.find_or_make(part, &new.person).await?),
            _ => None,
        };
        if let Some(person) = &person
            && let Some(found) = self.uow.promoter_by_person(person.id).await?
        {
            return Ok(found);
        }
        self.make_promoter(part, new, person.as_ref()).await
    }

    /// The promoter with the tax id that is given.
    pub(crate) async fn promoter_by_tax_id(&mut self, new: &NewPromoter) -> Result<Option<Promoter>, Failed> {
        match new.fields.tax_id.iter().flatten().next() {
            Some(tax_id) => Ok(self.uow.promoter_by_tax_id(tax_id).await?),
            None => Ok(None),
        }
    }

    /// The person with this id, or into whom that record was merged.
    pub(crate) async fn known(&mut self, part: &'static str, id: PersonId) -> Result<Person, Failed> {
        let unknown = || Invalid::one(&format!("{}/person_id", place(part)), "unknown", "is no person");
        let found: Person = self.uow.get(id).await?.ok_or_else(unknown)?;
        match found.merged_into {
            None => Ok(found),
            Some(into) => {
                let survivor: Option<Person> = self.uow.get(into).await?;
                Ok(survivor.ok_or_else(unknown)?)
            }
        }
    }

    /// A new promoter; `person` is who it is, when it is a person.
    pub(crate) async fn make_promoter(
        &mut self,
        part: &'static str,
        new: &NewPromoter,
        person: Option<&Person>,
    ) -> Result<Promoter, Failed> {
        let named = |field| new.name.clone().ok_or_else(|| missing(part, field));
        let (identity, name) = match (new.kind, person) {
            (PromoterType::Person, Some(person)) => (PromoterIdentity::Person(person.id), person.name()),
            (PromoterType::Person, None) => return Err(missing(part, "person_id").into()),
            (PromoterType::Company, _) => {
                let name = named("legal_name")?;
                (PromoterIdentity::Company { legal_name: name.clone() }, name)
            }
            (PromoterType::Other, _) => {
                let name = named("name")?;
                (PromoterIdentity::Other { name: name.clone() }, name)
            }
        };
        self.source(part, new.fields.source.flatten()).await?;
        let mut promoter = Promoter::named(self.app.id(), identity, name, self.app.now());
        new.fields.clone().apply(&mut promoter);
        self.uow.insert(&promoter).await?;
        index_promoter(&mut *self.uow, &promoter, person).await?;
        let change = Change {
            about: About::object(Promoter::KIND, promoter.id.raw()),
            action: "CREATE",
            audited: "promoters.create",
            differences: Differences::default(),
            comment: None,
        };
        audited_entity::record(self.app, self.actor, &mut *self.uow, change).await?;
        Ok(Promoter { version: 1, ..promoter })
    }

    /// Refuses a source that is not offered.
    pub(crate) async fn source(
        &mut self,
        part: &'static str,
        source: Option<Id<PromoterSource>>,
    ) -> Result<(), Failed> {
        let pointer = format!("{}/source_id", place(part));
        directory::offered(&mut *self.uow, &pointer, source).await.map(drop)
    }

    /// Brings everything up to date that is found by the names of somebody who was renamed.
    pub(crate) async fn reindex_renamed(&mut self) -> Result<(), Failed> {
        let mut renamed = std::mem::take(&mut self.renamed);
        renamed.dedup();
        for person in renamed {
            follow(&mut *self.uow, person).await?;
        }
        Ok(())
    }
}

/// Says that a field belongs to the administration.
pub(crate) fn protected(pointer: &str) -> Invalid {
    let message = "belongs to a member of staff or to somebody with a login; the administration changes it";
    Invalid::one(pointer, "protected", message)
}
