//! People around a request.

use medcert_application::{people::PersonChange, store::RequestAggregate};
use medcert_domain::{
    StaffId, UserId,
    people::{Member, Person, Promoter, Relationship},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::codes::{Day, LocaleCode};
use crate::{
    author::AccountRef,
    people::codes::{DocumentTypeCode, PromoterTypeCode, RelationshipCode},
};

/// An account with its name, as the request's aggregate knows it.
pub(super) fn account(user: UserId, request_aggregate: &RequestAggregate) -> AccountRef {
    let id = user.raw();
    AccountRef { id, name: request_aggregate.name_of(id).unwrap_or_default().to_owned() }
}

/// A staff member.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"staff_id": "01940000-0000-7000-8000-0000000000b2", "name": "Julio Paredes"}))]
pub(crate) struct StaffRef {
    /// The staff record.
    staff_id: Uuid,
    /// Name.
    name: String,
}

impl StaffRef {
    pub(super) fn new(id: StaffId, name: &str) -> Self {
        Self { staff_id: id.raw(), name: name.to_owned() }
    }
}

impl From<&Member> for StaffRef {
    fn from(member: &Member) -> Self {
        Self::new(member.staff.id, &member.name)
    }
}

/// The promoter of a request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct PromoterRef {
    /// Identifier.
    id: Uuid,
    /// What it is.
    #[serde(rename = "type")]
    kind: PromoterTypeCode,
    /// Name.
    name: String,
}

impl From<&Promoter> for PromoterRef {
    fn from(promoter: &Promoter) -> Self {
        Self { id: promoter.id.raw(), kind: promoter.kind().into(), name: promoter.name.clone() }
    }
}

macro_rules! person_view {
    ($(#[$meta:meta])* $name:ident { $($(#[$extra_meta:meta])* $extra:ident: $type:ty),* }) => {
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        $(#[$meta])*
        pub(crate) struct $name {
            /// Identifier.
            id: Uuid,
            /// Given names and family names.
            #[schema(example = "María Elena Quispe Rojas")]
            name: String,
            /// Kind of identity document.
            #[schema(required = true)]
            document_type: Option<DocumentTypeCode>,
            /// Country that issued it, ISO 3166-1 alpha-2.
            #[schema(required = true, example = "PE")]
            document_country: Option<String>,
            /// Number, upper case and without separators.
            #[schema(required = true, example = "45678912")]
            document_number: Option<String>,
            /// Given names.
            #[schema(example = "María Elena")]
            given_names: String,
            /// Family names.
            #[schema(example = "Quispe Rojas")]
            family_names: String,
            /// Date of birth.
            #[schema(required = true, example = "1990-04-12")]
            birth_date: Option<Day>,
            /// E-mail address.
            #[schema(required = true, example = "maria.quispe@example.org")]
            email: Option<String>,
            /// Mobile phone.
            #[schema(required = true, example = "+51 987 654 321")]
            phone: Option<String>,
            /// Second mobile phone.
            #[schema(required = true)]
            phone_2: Option<String>,
            /// Landline phone.
            #[schema(required = true)]
            landline: Option<String>,
            /// Postal address.
            #[schema(required = true)]
            address: Option<String>,
            /// Language of certificates and mails.
            #[schema(required = true)]
            preferred_locale: Option<LocaleCode>,
            $($(#[$extra_meta])* $extra: $type,)*
        }

        impl $name {
            pub(super) fn of(person: &Person $(, $extra: $type)*) -> Self {
                let document = person.document.as_ref();
                Self {
                    id: person.id.raw(),
                    name: person.name(),
                    document_type: document.map(|d| d.kind.into()),
                    document_country: document.map(|d| d.country.code().to_owned()),
                    document_number: document.map(|d| d.number.clone()),
                    given_names: person.given_names.clone(),
                    family_names: person.family_names.clone(),
                    birth_date: person.birth_date.map(Into::into),
                    email: person.email.clone(),
                    phone: person.phone.clone(),
                    phone_2: person.phone_2.clone(),
                    landline: person.landline.clone(),
                    address: person.address.clone(),
                    preferred_locale: person.preferred_locale.map(Into::into),
                    $($extra,)*
                }
            }
        }
    };
}

person_view! {
    /// Whom the certificate is about.
    #[schema(as = ClientDetail)]
    ClientView {}
}

person_view! {
    /// Who stands for the client.
    #[schema(as = GuardianDetail)]
    GuardianView {
        /// Relation to the client.
        relationship: RelationshipCode
    }
}

impl GuardianView {
    pub(super) fn with(person: &Person, relationship: Relationship) -> Self {
        Self::of(person, relationship.into())
    }
}

/// A field of a person that registering or editing changed, or would have changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PersonChange, example = json!({
    "part": "client", "person_id": "01940000-0000-7000-8000-0000000000e5", "field": "phone",
    "old_value": "+51 987 654 321", "new_value": "+51 912 345 678", "applied": true
}))]
pub(crate) struct PersonChangeView {
    /// `client`, `guardian` or `promoter`.
    part: String,
    /// The person.
    person_id: Uuid,
    /// Field.
    field: String,
    /// Value before.
    #[schema(required = true)]
    old_value: Option<String>,
    /// Value after.
    #[schema(required = true)]
    new_value: Option<String>,
    /// False when the data of that person is protected and the old value was kept.
    applied: bool,
}

impl From<&PersonChange> for PersonChangeView {
    fn from(change: &PersonChange) -> Self {
        Self {
            part: change.part.to_owned(),
            person_id: change.person.raw(),
            field: change.change.field.to_owned(),
            old_value: change.change.old.clone(),
            new_value: change.change.new.clone(),
            applied: change.change.applied,
        }
    }
}
