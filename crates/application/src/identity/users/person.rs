//! The person behind an account. Names, document and ways to reach people with a login are changed here only.

use medcert_domain::{
    Entity as _, Invalid,
    catalog::Institution,
    identity::Actor,
    people::{Person, PersonUse},
};

use crate::{
    App, Error,
    audit::About,
    certification::{Finder, PersonInput},
    directory::{self, Change, Differences},
    rerun::Failed,
    store::UnitOfWork,
};

/// Who changes people, and by what defaults.
#[derive(Clone, Copy)]
pub(in crate::identity) struct By<'a> {
    pub app: &'a App,
    pub actor: &'a Actor,
    pub profile: &'a Institution,
}

impl By<'_> {
    fn finder<'u>(&'u self, uow: &'u mut dyn UnitOfWork) -> Finder<'u> {
        Finder::new(self.app, self.actor, uow, self.profile)
    }

    /// The person with this document, with what is said of them taken over; or a new one.
    pub(super) async fn find_or_make(
        &self,
        uow: &mut dyn UnitOfWork,
        input: &PersonInput,
    ) -> Result<Person, Failed> {
        const AT: &str = "/person";
        let missing = |field: &str| Invalid::one(&format!("{AT}/{field}"), "required", "is required");
        let finder = self.finder(&mut *uow);
        let document = input.document.as_ref().map(|typed| finder.document(AT, typed, None)).transpose()?;
        finder.check(AT, &input.fields)?;
        if let Some(document) = &document {
            if let Some(found) = uow.person_by_document(document).await? {
                let fields = PersonInput { document: None, fields: input.fields.clone() };
                return Ok(self.correct(uow, found, &fields, AT).await?.0);
            }
            self.app.printable("/person/document_number", &document.number)?;
        }
        let now = self.app.now();
        let fields = input.fields.clone();
        let person = Person {
            id: self.app.id(),
            version: 1,
            document,
            given_names: fields.given_names.ok_or_else(|| missing("given_names"))?,
            family_names: fields.family_names.ok_or_else(|| missing("family_names"))?,
            birth_date: fields.birth_date.flatten(),
            email: fields.email.flatten(),
            phone: fields.phone.flatten(),
            phone_2: fields.phone_2.flatten(),
            landline: fields.landline.flatten(),
            address: fields.address.flatten(),
            preferred_locale: fields.preferred_locale.flatten(),
            comment: None,
            merged_into: None,
            created_at: now,
            updated_at: now,
        };
        uow.insert(&person).await?;
        crate::people::index(uow, &person).await?;
        self.finder(&mut *uow).record(person.id, "CREATE", vec![]).await?;
        Ok(person)
    }

    /// Changes a person and writes it into the person's own history; the person as it is then, and what differs. `at`
    /// is where the fields stand in the body.
    pub(in crate::identity) async fn correct(
        &self,
        uow: &mut dyn UnitOfWork,
        mut person: Person,
        input: &PersonInput,
        at: &str,
    ) -> Result<(Person, Differences), Failed> {
        let finder = self.finder(&mut *uow);
        finder.check(at, &input.fields)?;
        let document = input.document.as_ref();
        let document =
            document.map(|typed| finder.document(at, typed, person.document.as_ref())).transpose()?;
        let mut differences = Differences::default();
        let mut renamed = false;
        if let Some(new) = document.filter(|new| person.document.as_ref() != Some(new)) {
            self.app.printable(&format!("{at}/document_number"), &new.number)?;
            if uow.person_by_document(&new).await?.is_some() {
                let message = "somebody else has this document";
                return Err(Error::Duplicate { pointer: "/person/document_number", message }.into());
            }
            let old = person.document.as_ref().map(ToString::to_string);
            differences.note("document", old, Some(new.to_string()));
            person.document = Some(new);
            renamed = true;
        }
        // Whoever administers accounts may change what requests may not.
        for change in person.merge(&input.fields, PersonUse::Outside) {
            // Everything else is what people and their requests are found by.
            renamed |= !matches!(change.field, "birth_date" | "address" | "preferred_locale" | "comment");
            differences.note(change.field, change.old, change.new);
        }
        if differences.is_empty() {
            return Ok((person, differences));
        }
        person.updated_at = self.app.now();
        uow.update(&person).await?;
        person.version += 1;
        if renamed {
            let mut finder = self.finder(&mut *uow);
            finder.renamed.push(person.id);
            finder.reindex_renamed().await?;
        }
        let about = About::object(Person::KIND, person.id.raw()).of(person.id);
        let (action, audited) = ("EDIT", "people.edit_person");
        let change = Change { about, action, audited, differences: differences.clone(), comment: None };
        directory::journal(self.app, self.actor, uow, change).await?;
        Ok((person, differences))
    }
}
