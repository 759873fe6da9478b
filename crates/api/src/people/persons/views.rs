//! People as they are shown.

use medcert_application::{
    people::{PersonMade, VisiblePerson},
    store::{GuardianRow, PersonRow, PersonUses},
};
use medcert_domain::{Id, people::Person};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::DifferenceView;
use crate::{
    audited_entity::entries,
    codes::{Day, LocaleCode, Moment},
    people::codes::{DocumentTypeCode, RelationshipCode},
};

/// A person known to the institution.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Person, example = json!({
    "id": "01940000-0000-7000-8000-0000000000e5", "version": 2, "name": "María Elena Quispe Rojas",
    "document_type": "DNI", "document_country": "PE", "document_number": "45678912",
    "given_names": "María Elena", "family_names": "Quispe Rojas", "birth_date": "1990-04-12",
    "email": "maria.quispe@example.org", "phone": "+51 987 654 321", "phone_2": null, "landline": null,
    "address": null, "preferred_locale": "es", "comment": "Calls in the morning", "is_staff": false,
    "has_login": false, "promoter_id": null, "merged_into": null,
    "created_at": "2026-01-05T12:00:00.000000Z", "updated_at": "2026-01-05T12:00:00.000000Z",
    "requests": {"as_client": 3, "as_guardian": 0}, "guardians": []
}))]
pub(in crate::people) struct PersonView {
    /// Identifier.
    pub(super) id: Uuid,
    /// Number of changes.
    pub(super) version: i64,
    /// Given names and family names.
    name: String,
    /// Kind of identity document.
    #[schema(required = true)]
    document_type: Option<DocumentTypeCode>,
    /// Country that issued it, ISO 3166-1 alpha-2.
    #[schema(required = true)]
    document_country: Option<String>,
    /// Number, upper case and without separators.
    #[schema(required = true)]
    document_number: Option<String>,
    /// Given names.
    given_names: String,
    /// Family names.
    family_names: String,
    /// Date of birth.
    #[schema(required = true)]
    birth_date: Option<Day>,
    /// E-mail address.
    #[schema(required = true)]
    email: Option<String>,
    /// Mobile phone.
    #[schema(required = true)]
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
    /// Comment.
    #[schema(required = true)]
    comment: Option<String>,
    /// Whether the person has a staff record: then identity, e-mail address and telephones are changed with it.
    is_staff: bool,
    /// Whether the person has an account.
    has_login: bool,
    /// The promoter that the person is.
    #[schema(required = true)]
    promoter_id: Option<Uuid>,
    /// The person of whom this is a second record; use that one.
    #[schema(required = true)]
    merged_into: Option<Uuid>,
    /// When the record was made.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
    /// How many requests there are; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    requests: Option<RequestCounts>,
    /// Who stands for the person, the first twenty by name; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    guardians: Option<Vec<GuardianView>>,
    /// Only when one that was to be made was found: where what was said differs from what is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    differences: Vec<DifferenceView>,
}

/// How many requests a person is in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PersonRequests)]
pub(in crate::people) struct RequestCounts {
    /// As the client.
    as_client: u64,
    /// Standing for the client.
    as_guardian: u64,
}

/// Who stands for a person.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = StandingGuardian, example = json!({
    "id": "01940000-0000-7000-8000-0000000000e6", "name": "Rosa Rojas", "relationship": "PARENT",
    "document_type": "DNI", "document_country": "PE", "document_number": "40000001",
    "given_names": "Rosa", "family_names": "Rojas", "birth_date": "1965-02-01", "email": null,
    "phone": "+51 987 000 111", "since": "2026-01-05T12:00:00.000000Z"
}))]
pub(in crate::people) struct GuardianView {
    /// The guardian.
    id: Uuid,
    /// Given names and family names.
    name: String,
    /// What the guardian is to the person.
    relationship: RelationshipCode,
    /// Kind of identity document.
    #[schema(required = true)]
    document_type: Option<DocumentTypeCode>,
    /// Country that issued it, ISO 3166-1 alpha-2.
    #[schema(required = true)]
    document_country: Option<String>,
    /// Number, upper case and without separators.
    #[schema(required = true)]
    document_number: Option<String>,
    /// Given names.
    given_names: String,
    /// Family names.
    family_names: String,
    /// Date of birth.
    #[schema(required = true)]
    birth_date: Option<Day>,
    /// E-mail address.
    #[schema(required = true)]
    email: Option<String>,
    /// Mobile phone.
    #[schema(required = true)]
    phone: Option<String>,
    /// Since when it is known.
    since: Moment,
}

impl From<GuardianRow> for GuardianView {
    fn from(row: GuardianRow) -> Self {
        let person = row.person;
        let document = person.document.as_ref();
        Self {
            id: person.id.raw(),
            name: person.name(),
            relationship: row.relationship.into(),
            document_type: document.map(|d| d.kind.into()),
            document_country: document.map(|d| d.country.code().to_owned()),
            document_number: document.map(|d| d.number.clone()),
            birth_date: person.birth_date.map(Into::into),
            given_names: person.given_names,
            family_names: person.family_names,
            email: person.email,
            phone: person.phone,
            since: row.since.into(),
        }
    }
}

entries!(PersonView);

impl From<PersonRow> for PersonView {
    fn from(row: PersonRow) -> Self {
        Self {
            is_staff: row.is_staff,
            has_login: row.has_login,
            promoter_id: row.promoter.map(Id::raw),
            ..Self::bare(row.person)
        }
    }
}

impl From<VisiblePerson> for PersonView {
    fn from(seen: VisiblePerson) -> Self {
        let PersonUses { as_client, as_guardian, staff, accounts, .. } = seen.uses;
        Self {
            is_staff: staff > 0,
            has_login: accounts > 0,
            promoter_id: seen.promoter.map(Id::raw),
            requests: Some(RequestCounts { as_client, as_guardian }),
            guardians: Some(seen.guardians.into_iter().map(Into::into).collect()),
            ..Self::bare(seen.person)
        }
    }
}

impl From<&PersonMade> for PersonView {
    fn from(made: &PersonMade) -> Self {
        let differences = made.differences.iter().map(Into::into).collect();
        Self { differences, ..Self::from(made.seen.clone()) }
    }
}

impl PersonView {
    fn bare(person: Person) -> Self {
        let document = person.document.as_ref();
        Self {
            id: person.id.raw(),
            version: person.version,
            name: person.name(),
            document_type: document.map(|d| d.kind.into()),
            document_country: document.map(|d| d.country.code().to_owned()),
            document_number: document.map(|d| d.number.clone()),
            given_names: person.given_names,
            family_names: person.family_names,
            birth_date: person.birth_date.map(Into::into),
            email: person.email,
            phone: person.phone,
            phone_2: person.phone_2,
            landline: person.landline,
            address: person.address,
            preferred_locale: person.preferred_locale.map(Into::into),
            comment: person.comment,
            is_staff: false,
            has_login: false,
            promoter_id: None,
            merged_into: person.merged_into.map(Id::raw),
            created_at: person.created_at.into(),
            updated_at: person.updated_at.into(),
            requests: None,
            guardians: None,
            differences: vec![],
        }
    }
}
