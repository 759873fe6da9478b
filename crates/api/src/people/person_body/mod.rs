//! Clients and guardians as typed.

mod parse;

use medcert_application::people::{GuardianInput, PersonInput};
use medcert_domain::{Invalid, catalog::Institution};
use serde::Deserialize;
use utoipa::ToSchema;

use self::parse::kept;
pub(crate) use self::parse::{Scope, person};
use crate::{
    codes::{DocumentTypeCode, LocaleCode, RelationshipCode},
    field::Field,
    parse::{MAX_COMMENT_LEN, ParseBody, Patch, Reader, code, note, read},
};

/// A person as typed, whichever body it came in.
#[derive(Default)]
pub(crate) struct PersonText {
    pub(crate) document_type: Patch<String>,
    pub(crate) document_country: Patch<String>,
    pub(crate) document_number: Patch<String>,
    pub(crate) given_names: Patch<String>,
    pub(crate) family_names: Patch<String>,
    pub(crate) birth_date: Patch<String>,
    pub(crate) email: Patch<String>,
    pub(crate) phone: Patch<String>,
    pub(crate) phone_2: Patch<String>,
    pub(crate) landline: Patch<String>,
    pub(crate) address: Patch<String>,
    pub(crate) preferred_locale: Patch<String>,
}

macro_rules! whole_person {
    ($(#[$meta:meta])* $name:ident { $($extra:tt)* }) => {
        #[derive(Debug, Clone, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        $(#[$meta])*
        pub(crate) struct $name {
            /// Kind of identity document.
            #[schema(required = true, value_type = DocumentTypeCode, example = "DNI")]
            document_type: Option<String>,
            /// Country that issued the document, ISO 3166-1 alpha-2; the institution's when left out.
            #[schema(example = "PE", min_length = 2, max_length = 2)]
            document_country: Option<String>,
            /// Number; blanks, dots, hyphens and slashes are dropped, letters raised.
            #[schema(required = true, value_type = String, example = "45678912")]
            document_number: Option<String>,
            /// Given names.
            #[schema(required = true, value_type = String, min_length = 1, max_length = 150, example = "María Elena")]
            given_names: Option<String>,
            /// Family names.
            #[schema(required = true, value_type = String, min_length = 1, max_length = 150, example = "Quispe Rojas")]
            family_names: Option<String>,
            /// Date of birth.
            #[schema(format = Date, example = "1990-04-12")]
            birth_date: Option<String>,
            /// E-mail address.
            #[schema(max_length = 254, example = "maria.quispe@example.org")]
            email: Option<String>,
            /// Mobile phone.
            #[schema(max_length = 20, example = "+51 987 654 321")]
            phone: Option<String>,
            /// Second mobile phone.
            #[schema(max_length = 20)]
            phone_2: Option<String>,
            /// Landline phone.
            #[schema(max_length = 20)]
            landline: Option<String>,
            /// Postal address.
            #[schema(max_length = 500, example = "Av. Arequipa 1234, Lima")]
            address: Option<String>,
            /// Language of certificates and mails.
            #[schema(value_type = Option<LocaleCode>, example = "es")]
            preferred_locale: Option<String>,
            $($extra)*
        }

        impl $name {
            fn text(&self) -> PersonText {
                // In a whole document null says no more than leaving the field out.
                let patch = |field: &Option<String>| field.clone().map(Some);
                PersonText {
                    document_type: patch(&self.document_type),
                    document_country: patch(&self.document_country),
                    document_number: patch(&self.document_number),
                    given_names: patch(&self.given_names),
                    family_names: patch(&self.family_names),
                    birth_date: patch(&self.birth_date),
                    email: patch(&self.email),
                    phone: patch(&self.phone),
                    phone_2: patch(&self.phone_2),
                    landline: patch(&self.landline),
                    address: patch(&self.address),
                    preferred_locale: patch(&self.preferred_locale),
                }
            }
        }
    };
}

macro_rules! person_changes {
    ($(#[$meta:meta])* $name:ident { $($extra:tt)* }) => {
        #[derive(Debug, Clone, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        $(#[$meta])*
        pub(crate) struct $name {
            /// Kind of identity document; goes together with the number.
            #[serde(default)]
            #[schema(required = false, value_type = DocumentTypeCode, example = "DNI")]
            document_type: Field<String>,
            /// Country that issued the document, ISO 3166-1 alpha-2; the institution's when left out.
            #[serde(default)]
            #[schema(value_type = Option<String>, example = "PE", min_length = 2, max_length = 2)]
            document_country: Field<String>,
            /// Number; goes together with the kind. In a request, a number that belongs to somebody else links the
            /// request to that person.
            #[serde(default)]
            #[schema(required = false, value_type = String, example = "45678912")]
            document_number: Field<String>,
            /// Given names.
            #[serde(default)]
            #[schema(required = false, value_type = String, min_length = 1, max_length = 150, example = "María Elena")]
            given_names: Field<String>,
            /// Family names.
            #[serde(default)]
            #[schema(required = false, value_type = String, min_length = 1, max_length = 150, example = "Quispe Rojas")]
            family_names: Field<String>,
            /// Date of birth.
            #[serde(default)]
            #[schema(value_type = Option<String>, format = Date, example = "1990-04-12")]
            birth_date: Field<String>,
            /// E-mail address.
            #[serde(default)]
            #[schema(value_type = Option<String>, max_length = 254, example = "maria.quispe@example.org")]
            email: Field<String>,
            /// Mobile phone.
            #[serde(default)]
            #[schema(value_type = Option<String>, max_length = 20, example = "+51 987 654 321")]
            phone: Field<String>,
            /// Second mobile phone.
            #[serde(default)]
            #[schema(value_type = Option<String>, max_length = 20)]
            phone_2: Field<String>,
            /// Landline phone.
            #[serde(default)]
            #[schema(value_type = Option<String>, max_length = 20)]
            landline: Field<String>,
            /// Postal address.
            #[serde(default)]
            #[schema(value_type = Option<String>, max_length = 500)]
            address: Field<String>,
            /// Language of certificates and mails.
            #[serde(default)]
            #[schema(value_type = Option<LocaleCode>, example = "es")]
            preferred_locale: Field<String>,
            $($extra)*
        }

        impl $name {
            fn text(&self) -> PersonText {
                PersonText {
                    document_type: self.document_type.clone().change(),
                    document_country: self.document_country.clone().change(),
                    document_number: self.document_number.clone().change(),
                    given_names: self.given_names.clone().change(),
                    family_names: self.family_names.clone().change(),
                    birth_date: self.birth_date.clone().change(),
                    email: self.email.clone().change(),
                    phone: self.phone.clone().change(),
                    phone_2: self.phone_2.clone().change(),
                    landline: self.landline.clone().change(),
                    address: self.address.clone().change(),
                    preferred_locale: self.preferred_locale.clone().change(),
                }
            }
        }
    };
}

whole_person! {
    /// Whom the certificate is about. A person known by the document is found again; what is said completes or
    /// corrects what is known, and what is left out stays.
    #[schema(as = Client)]
    ClientBody {}
}

whole_person! {
    /// Who stands for the client.
    #[schema(as = Guardian)]
    GuardianBody {
        /// Relation to the client.
        #[schema(required = true, value_type = RelationshipCode, example = "PARENT")]
        relationship: Option<String>,
    }
}

person_changes! {
    /// Changes to the client: what is left out stays, null clears.
    #[schema(as = ClientChanges)]
    ClientChanges {}
}

person_changes! {
    /// Changes to the guardian, or a new guardian with all that is required of one.
    #[schema(as = GuardianChanges)]
    GuardianChanges {
        /// Relation to the client.
        #[serde(default)]
        #[schema(required = false, value_type = RelationshipCode, example = "PARENT")]
        relationship: Field<String>,
    }
}

whole_person! {
    /// Who becomes staff. A person known by the document is found again; what is said corrects what is known.
    #[schema(as = StaffPerson)]
    StaffPersonBody {}
}

person_changes! {
    /// Changes to the person of a staff member: what is left out stays, null clears.
    #[schema(as = StaffPersonChanges)]
    StaffPersonChanges {}
}

person_changes! {
    /// Who signs in with an account, as far as it is said: what is left out stays, null clears. Somebody who is not
    /// known yet needs names.
    #[schema(as = UserPerson, example = json!({
        "document_type": "DNI", "document_number": "40718293", "given_names": "Rosa", "family_names": "Huamán Ccori"
    }))]
    UserPersonBody {}
}

impl UserPersonBody {
    pub(crate) fn read(&self, r: &mut Reader<'_>, profile: &Institution) -> PersonInput {
        person(r, &self.text(), Scope::Changes, profile)
    }
}

impl StaffPersonBody {
    pub(crate) fn read(&self, r: &mut Reader<'_>, profile: &Institution) -> PersonInput {
        person(r, &self.text(), Scope::Whole, profile)
    }
}

impl StaffPersonChanges {
    pub(crate) fn read(&self, r: &mut Reader<'_>, profile: &Institution) -> PersonInput {
        person(r, &self.text(), Scope::Changes, profile)
    }
}

whole_person! {
    /// A person, found again by the document.
    #[schema(as = NewPerson, example = json!({
        "document_type": "DNI", "document_number": "45678912", "given_names": "María Elena",
        "family_names": "Quispe Rojas", "birth_date": "1990-04-12", "phone": "+51 987 654 321",
        "comment": "Calls in the morning"
    }))]
    PersonBody {
        /// Comment.
        #[schema(max_length = 1000)]
        comment: Option<String>,
    }
}

person_changes! {
    /// Changes to a person: what is left out stays, null clears.
    #[schema(as = PersonChanges, example = json!({"phone": "+51 912 345 678", "comment": null}))]
    PersonChanges {
        /// Comment.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 1000)]
        comment: Field<String>,
    }
}

impl ParseBody<PersonInput> for PersonBody {
    fn values(&self, profile: &Institution) -> Result<PersonInput, Invalid> {
        read(|r| {
            let mut input = person(r, &self.text(), Scope::Whole, profile);
            input.fields.comment =
                r.optional("comment", self.comment.as_deref(), note(MAX_COMMENT_LEN)).map(Some);
            Some(input)
        })
    }
}

impl ParseBody<PersonInput> for PersonChanges {
    fn values(&self, profile: &Institution) -> Result<PersonInput, Invalid> {
        read(|r| {
            let mut input = person(r, &self.text(), Scope::Changes, profile);
            let comment = self.comment.clone().change();
            input.fields.comment = r.patched("comment", comment.as_ref(), note(MAX_COMMENT_LEN));
            Some(input)
        })
    }
}

impl ClientBody {
    pub(crate) fn read(&self, r: &mut Reader<'_>, profile: &Institution) -> PersonInput {
        person(r, &self.text(), Scope::Whole, profile)
    }
}

impl GuardianBody {
    pub(crate) fn read(&self, r: &mut Reader<'_>, profile: &Institution) -> Option<GuardianInput> {
        let person = person(r, &self.text(), Scope::Whole, profile);
        let relationship = r.required("relationship", self.relationship.as_deref(), code);
        Some(GuardianInput { person, relationship: Some(relationship?) })
    }
}

impl ClientChanges {
    pub(crate) fn read(&self, r: &mut Reader<'_>, profile: &Institution) -> PersonInput {
        person(r, &self.text(), Scope::Changes, profile)
    }
}

impl GuardianChanges {
    pub(crate) fn read(&self, r: &mut Reader<'_>, profile: &Institution) -> GuardianInput {
        let person = person(r, &self.text(), Scope::Changes, profile);
        let relationship =
            kept(r, "relationship", self.relationship.clone().change().as_ref(), Scope::Changes, code);
        GuardianInput { person, relationship }
    }
}
