//! Finding people again by their document, making them, and telling what changed.

use chrono::NaiveDate;
use medcert_domain::{
    Entity as _, Id, Invalid,
    catalog::Institution,
    identity::User,
    people::{
        Document, FieldChange, Person, PersonPatch, PersonUse, Promoter, PromoterIdentity, PromoterType,
    },
};

use super::{
    PersonChange,
    input::{DocumentInput, NewPromoter, PersonInput, PromoterInput, check_birth},
};
use crate::{
    App,
    identity::users,
    rerun::Failed,
    store::{StoreError, UnitOfWork},
};

/// Fields by which requests are found.
const SEARCHED: &[&str] = &["given_names", "family_names", "phone", "phone_2", "landline"];

/// The unit of work with what finding people needs besides.
pub(crate) struct Finder<'a> {
    pub app: &'a App,
    pub uow: &'a mut dyn UnitOfWork,
    pub profile: &'a Institution,
    pub today: NaiveDate,
    /// What was changed of people so far.
    pub changes: Vec<PersonChange>,
    /// People whose search words are out of date.
    pub renamed: Vec<Id<Person>>,
}

impl Finder<'_> {
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
        let pointer = format!("/{part}");
        self.check(&pointer, &input.fields)?;
        let missing = |field: &str| Invalid::one(&format!("/{part}/{field}"), "required", "is required");
        let document = input.document.as_ref().ok_or_else(|| missing("document_number"))?;
        let document = self.document(&pointer, document, None)?;
        if let Some(found) = self.uow.person_by_document(&document).await? {
            return self.merge(part, found, &input.fields).await;
        }
        self.app.printable(&format!("{pointer}/document_number"), &document.number)?;
        let now = self.app.now();
        let fields = input.fields.clone();
        let person = Person {
            id: self.app.id(),
            version: 0,
            document: Some(document),
            given_names: fields.given_names.ok_or_else(|| missing("given_names"))?,
            family_names: fields.family_names.ok_or_else(|| missing("family_names"))?,
            birth_date: fields.birth_date.flatten(),
            email: fields.email.flatten(),
            phone: fields.phone.flatten(),
            phone_2: fields.phone_2.flatten(),
            landline: fields.landline.flatten(),
            address: fields.address.flatten(),
            preferred_locale: fields.preferred_locale.flatten(),
            created_at: now,
            updated_at: now,
        };
        self.uow.insert(&person).await?;
        Ok(Person { version: 1, ..person })
    }

    /// Takes over what is said of a known person; what a request may not change stays, and is told.
    pub(super) async fn merge(
        &mut self,
        part: &'static str,
        mut person: Person,
        fields: &PersonPatch,
    ) -> Result<Person, Failed> {
        let usage = self.uow.person_use(person.id).await?;
        let changes = person.merge(fields, usage);
        if changes.iter().any(|change| change.applied) {
            person.updated_at = self.app.now();
            self.uow.update(&person).await?;
            person.version += 1;
        }
        if changes.iter().any(|c| c.applied && SEARCHED.contains(&c.field)) {
            self.renamed.push(person.id);
        }
        let id = person.id;
        self.changes.extend(changes.into_iter().map(|change| PersonChange { part, person: id, change }));
        Ok(person)
    }

    /// Edits the person of a request: other fields, or another document. A number that belongs to somebody else
    /// leads to that person, who is not renamed by it; a number of nobody's corrects this person's.
    pub(super) async fn edit(
        &mut self,
        part: &'static str,
        mut person: Person,
        input: &PersonInput,
    ) -> Result<Person, Failed> {
        let pointer = format!("/{part}");
        self.check(&pointer, &input.fields)?;
        if let Some(document) = &input.document {
            let document = self.document(&pointer, document, person.document.as_ref())?;
            if person.document.as_ref() != Some(&document) {
                if let Some(other) = self.uow.person_by_document(&document).await? {
                    return Ok(other);
                }
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
                self.changes.push(PersonChange { part, person: person.id, change });
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
    pub(super) async fn promoter(&mut self, input: &PromoterInput) -> Result<Promoter, Failed> {
        match input {
            PromoterInput::Known(id) => {
                let found: Option<Promoter> = self.uow.get(*id).await?;
                found.ok_or_else(|| Invalid::one("/promoter_id", "unknown", "is no promoter").into())
            }
            PromoterInput::Inline(new) => self.find_or_make_promoter(new).await,
        }
    }

    async fn find_or_make_promoter(&mut self, new: &NewPromoter) -> Result<Promoter, Failed> {
        if let Some(tax_id) = &new.tax_id
            && let Some(found) = self.uow.promoter_by_tax_id(tax_id).await?
        {
            return Ok(found);
        }
        let missing = |field| Invalid::one(&format!("/promoter/{field}"), "required", "is required");
        let (identity, name) = match new.kind {
            PromoterType::Person => {
                let person = self.find_or_make("promoter", &new.person).await?;
                if let Some(found) = self.uow.promoter_by_person(person.id).await? {
                    return Ok(found);
                }
                (PromoterIdentity::Person(person.id), person.name())
            }
            PromoterType::Company => {
                let name = new.name.clone().ok_or_else(|| missing("legal_name"))?;
                (PromoterIdentity::Company { legal_name: name.clone() }, name)
            }
            PromoterType::Other => {
                let name = new.name.clone().ok_or_else(|| missing("name"))?;
                (PromoterIdentity::Other { name: name.clone() }, name)
            }
        };
        let now = self.app.now();
        let promoter = Promoter {
            id: self.app.id(),
            version: 0,
            identity,
            name,
            tax_id: new.tax_id.clone(),
            email: new.email.clone(),
            phone: new.phone.clone(),
            comment: new.comment.clone(),
            created_at: now,
            updated_at: now,
        };
        self.uow.insert(&promoter).await?;
        Ok(Promoter { version: 1, ..promoter })
    }

    /// An account is found by the name of its person.
    async fn reindex_account(&mut self, id: Id<Person>) -> Result<(), StoreError> {
        let Some(user) = self.uow.user_by_person(id).await? else { return Ok(()) };
        let person: Option<Person> = self.uow.get(id).await?;
        match person {
            Some(person) => {
                let words = users::words(&user, &person);
                self.uow.index_entry(User::KIND, user.id.raw(), &words).await
            }
            None => Ok(()),
        }
    }

    /// Brings the search words of every request up to date that names somebody who was renamed.
    pub(crate) async fn reindex_renamed(&mut self) -> Result<(), StoreError> {
        for person in std::mem::take(&mut self.renamed) {
            self.reindex_account(person).await?;
            for request in self.uow.requests_of(person).await? {
                if let Some(dossier) = self.uow.dossier(request).await? {
                    self.uow.index_words(request, &super::words::of(&dossier)).await?;
                }
            }
        }
        Ok(())
    }
}

fn protected(pointer: &str) -> Invalid {
    let message = "belongs to a member of staff or to somebody with a login; the administration changes it";
    Invalid::one(pointer, "protected", message)
}
