//! The person behind an account. Names, document and ways to reach people with a login are changed here only.

use medcert_domain::{Invalid, institution::Institution, people::Person, policy::Actor};

use crate::{
    App,
    audited_entity::Differences,
    people::{At, Correction, PersonInput, PersonResolver},
    retry::Failed,
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
    fn finder<'u>(&'u self, uow: &'u mut dyn UnitOfWork) -> PersonResolver<'u> {
        PersonResolver::new(self.app, self.actor, uow, self.profile)
    }

    /// The person with this document, with what is said of them taken over; or a new one.
    pub(super) async fn find_or_make(
        &self,
        uow: &mut dyn UnitOfWork,
        input: &PersonInput,
    ) -> Result<Person, Failed> {
        const AT: At = At::Person;
        let prefix = AT.prefix();
        let missing = |field: &str| Invalid::one(&format!("{prefix}/{field}"), "required", "is required");
        let finder = self.finder(&mut *uow);
        let document =
            input.document.as_ref().map(|typed| finder.document(prefix, typed, None)).transpose()?;
        finder.check(prefix, &input.fields)?;
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

    /// Changes a person; the person as it is then, and what differs. `at` is where the fields stand in the body.
    pub(in crate::identity) async fn correct(
        &self,
        uow: &mut dyn UnitOfWork,
        person: Person,
        input: &PersonInput,
        at: At,
    ) -> Result<(Person, Differences), Failed> {
        let Self { app, actor, profile } = *self;
        let (person, changes) = Correction { app, actor, profile, at }.freely(uow, person, input).await?;
        Ok((person, changes.into_iter().collect()))
    }
}
