//! What callers say of people, promoters and guardians, still to be found or made.

use chrono::NaiveDate;
use medcert_domain::{
    Country, FieldChange, Id, Invalid, PersonId,
    people::{DocumentType, Person, PersonPatch, Promoter, PromoterPatch, PromoterType, Relationship},
};

/// A document as typed. In a change, what is left out is that of the present document.
#[derive(Debug, Clone)]
pub struct DocumentInput {
    /// Kind.
    pub kind: Option<DocumentType>,
    /// Country that issued it; of a new document, the institution's.
    pub country: Option<Country>,
    /// Number as typed.
    pub number: Option<String>,
}

/// What is said of a person: fields left out keep their values.
#[derive(Debug, Clone, Default)]
pub struct PersonInput {
    /// Document; required for a person not yet known.
    pub document: Option<DocumentInput>,
    /// The other fields.
    pub fields: PersonPatch,
}

/// What is said of a guardian.
#[derive(Debug, Clone, Default)]
pub struct GuardianInput {
    /// The person.
    pub person: PersonInput,
    /// Relation to the client; required for a new guardian.
    pub relationship: Option<Relationship>,
}

/// Who sent the client.
#[derive(Debug, Clone)]
pub enum PromoterInput {
    /// One that is known.
    Known(Id<Promoter>),
    /// One to find by document or tax id, or to make.
    Inline(Box<NewPromoter>),
}

/// A promoter given inline.
#[derive(Debug, Clone)]
pub struct NewPromoter {
    /// What it is.
    pub kind: PromoterType,
    /// For PERSON: who, when known already.
    pub person_id: Option<PersonId>,
    /// For PERSON: who, otherwise.
    pub person: PersonInput,
    /// For COMPANY: legal name; for OTHER: name.
    pub name: Option<String>,
    /// The other fields: what is left out is not said.
    pub fields: PromoterPatch,
}

/// Something about a person that registering or editing changed, or would have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonChange {
    /// `client`, `guardian` or `promoter`.
    pub part: &'static str,
    /// The person.
    pub person: PersonId,
    /// What.
    pub change: FieldChange,
}

/// Refuses dates of birth that cannot be, below a pointer.
pub(crate) fn check_birth(fields: &PersonPatch, today: NaiveDate) -> Result<(), Invalid> {
    match fields.birth_date {
        Some(Some(born)) => {
            Person::check_birth_date(born, today).map(drop).map_err(|e| e.below("/birth_date"))
        }
        _ => Ok(()),
    }
}
