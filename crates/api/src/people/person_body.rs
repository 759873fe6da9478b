//! Persons as they are sent: clients, guardians, staff, accounts and people by themselves.

use medcert_application::people::{DocumentInput, GuardianInput, PersonInput};
use medcert_domain::{
    Country, Invalid,
    institution::Institution,
    people::{Document, DocumentType, PersonPatch},
    text,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    codes::LocaleCode,
    field::Field,
    fields::body,
    parse::{MAX_COMMENT_LEN, MAX_NAME_LEN, ParseBody, Reader, code, date, line, note, read_as},
    people::codes::{DocumentTypeCode, RelationshipCode},
};

/// What is said of a person.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonFields {
    /// Kind of identity document; goes together with the number.
    #[serde(default)]
    #[schema(value_type = DocumentTypeCode, example = "DNI")]
    pub(super) document_type: Field<String>,
    /// Country that issued the document, ISO 3166-1 alpha-2; the institution's when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "PE", min_length = 2, max_length = 2)]
    pub(super) document_country: Field<String>,
    /// Number; blanks, dots, hyphens and slashes are dropped, letters raised. In changes to a request, a number that
    /// belongs to somebody else links the request to that person.
    #[serde(default)]
    #[schema(value_type = String, example = "45678912")]
    pub(super) document_number: Field<String>,
    /// Given names.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 150, example = "María Elena")]
    pub(super) given_names: Field<String>,
    /// Family names.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 150, example = "Quispe Rojas")]
    pub(super) family_names: Field<String>,
    /// Date of birth.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date, example = "1990-04-12")]
    pub(super) birth_date: Field<String>,
    /// E-mail address.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254, example = "maria.quispe@example.org")]
    pub(super) email: Field<String>,
    /// Mobile phone.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20, example = "+51 987 654 321")]
    pub(super) phone: Field<String>,
    /// Second mobile phone.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20)]
    pub(super) phone_2: Field<String>,
    /// Landline phone.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20)]
    pub(super) landline: Field<String>,
    /// Postal address.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500, example = "Av. Arequipa 1234, Lima")]
    pub(super) address: Field<String>,
    /// Language of certificates and mails.
    #[serde(default)]
    #[schema(value_type = Option<LocaleCode>, example = "es")]
    pub(super) preferred_locale: Field<String>,
    /// Relation to the client; of a guardian.
    #[serde(default)]
    #[schema(value_type = RelationshipCode, example = "PARENT")]
    pub(super) relationship: Field<String>,
    /// Comment.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    pub(super) comment: Field<String>,
}

impl PersonFields {
    /// A person in a body about something else.
    pub(crate) fn read(&self, r: &mut Reader<'_>, profile: &Institution) -> PersonInput {
        r.unknown("relationship", &self.relationship);
        r.unknown("comment", &self.comment);
        self.person(r, profile)
    }

    /// Somebody who stands for a client.
    pub(crate) fn guardian(&self, r: &mut Reader<'_>, profile: &Institution) -> GuardianInput {
        r.unknown("comment", &self.comment);
        let person = self.person(r, profile);
        GuardianInput { person, relationship: r.text("relationship", &self.relationship, code) }
    }

    /// A person who is what the body is about.
    fn alone(&self, r: &mut Reader<'_>, profile: &Institution) -> PersonInput {
        r.unknown("relationship", &self.relationship);
        self.person(r, profile)
    }

    fn person(&self, r: &mut Reader<'_>, profile: &Institution) -> PersonInput {
        let document = self.document(r, profile);
        let fields = PersonPatch {
            given_names: r.text("given_names", &self.given_names, line(MAX_NAME_LEN)),
            family_names: r.text("family_names", &self.family_names, line(MAX_NAME_LEN)),
            birth_date: r.clearable("birth_date", &self.birth_date, date),
            email: r.clearable("email", &self.email, text::email),
            phone: r.clearable("phone", &self.phone, text::phone),
            phone_2: r.clearable("phone_2", &self.phone_2, text::phone),
            landline: r.clearable("landline", &self.landline, text::phone),
            address: r.clearable("address", &self.address, line(500)),
            preferred_locale: r.clearable("preferred_locale", &self.preferred_locale, code),
            comment: r.clearable("comment", &self.comment, note(MAX_COMMENT_LEN)),
        };
        PersonInput { document, fields }
    }

    fn document(&self, r: &mut Reader<'_>, profile: &Institution) -> Option<DocumentInput> {
        let untouched = self.document_type.is_absent()
            && self.document_number.is_absent()
            && !matches!(self.document_country, Field::Value(_));
        if !r.is_whole() && untouched {
            return None;
        }
        let kind: Option<DocumentType> = r.text("document_type", &self.document_type, code);
        let country = r.clearable("document_country", &self.document_country, |typed| {
            Country::parse(typed)
                .ok_or_else(|| Invalid::one("", "country", "must be two upper-case letters (ISO 3166-1)"))
        });
        let country = country.flatten();
        let number = r.text("document_number", &self.document_number, |typed| match kind {
            Some(kind) => Document::parse(kind, country.unwrap_or(profile.country), typed).map(|d| d.number),
            // Which rule the number must keep to is open until the present document is known.
            None => Ok(typed.to_owned()),
        });
        Some(DocumentInput { kind, country, number })
    }
}

body! {
    /// Whom the certificate is about. A person known by the document is found again; what is said completes or
    /// corrects what is known, and what is left out stays.
    pub(crate) ClientBody = "Client": Whole PersonFields,
    without ["relationship", "comment"]
}

body! {
    /// Changes to the client: what is left out stays, null clears.
    pub(crate) ClientChanges = "ClientChanges": Changes PersonFields,
    without ["relationship", "comment"]
}

body! {
    /// Who stands for the client.
    pub(crate) GuardianBody = "Guardian": Whole PersonFields,
    without ["comment"]
}

body! {
    /// Changes to the guardian, or a new guardian with all that is required of one.
    pub(crate) GuardianChanges = "GuardianChanges": Changes PersonFields,
    without ["comment"]
}

body! {
    /// Who becomes staff. A person known by the document is found again; what is said corrects what is known.
    pub(crate) StaffPersonBody = "StaffPerson": Whole PersonFields,
    without ["relationship", "comment"]
}

body! {
    /// Changes to the person of a staff member: what is left out stays, null clears.
    pub(crate) StaffPersonChanges = "StaffPersonChanges": Changes PersonFields,
    without ["relationship", "comment"]
}

body! {
    /// Who signs in with an account, as far as it is said: what is left out stays, null clears. Somebody who is not
    /// known yet needs names.
    pub(crate) UserPersonBody = "UserPerson": Changes PersonFields,
    without ["relationship", "comment"],
    example {
        "document_type": "DNI", "document_number": "40718293", "given_names": "Rosa", "family_names": "Huamán Ccori"
    }
}

body! {
    /// A person, found again by the document.
    pub(crate) PersonBody = "NewPerson": Whole PersonFields,
    without ["relationship"],
    example {
        "document_type": "DNI", "document_number": "45678912", "given_names": "María Elena",
        "family_names": "Quispe Rojas", "birth_date": "1990-04-12", "phone": "+51 987 654 321",
        "comment": "Calls in the morning"
    }
}

body! {
    /// Changes to a person: what is left out stays, null clears.
    pub(crate) PersonChanges = "PersonChanges": Changes PersonFields,
    without ["relationship"],
    example {"phone": "+51 912 345 678", "comment": null}
}

impl ParseBody<PersonInput> for PersonBody {
    fn values(&self, profile: &Institution) -> Result<PersonInput, Invalid> {
        read_as(Self::SCOPE, |r| Some(self.0.alone(r, profile)))
    }
}

impl ParseBody<PersonInput> for PersonChanges {
    fn values(&self, profile: &Institution) -> Result<PersonInput, Invalid> {
        read_as(Self::SCOPE, |r| Some(self.0.alone(r, profile)))
    }
}
