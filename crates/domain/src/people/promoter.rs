//! Promoters: who sent the client.

use chrono::{DateTime, Utc};

use super::Person;
use crate::{Entity, Id};

crate::codes! {
    /// What a promoter is.
    PromoterType {
        /// A person.
        Person = "PERSON",
        /// A company.
        Company = "COMPANY",
        /// Anything else, such as a campaign.
        Other = "OTHER",
    }
}

/// What a promoter is and by which name it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromoterIdentity {
    /// A person of the people room.
    Person(Id<Person>),
    /// A company with its legal name.
    Company {
        /// Legal name.
        legal_name: String,
    },
    /// Anything else.
    Other {
        /// Its name.
        name: String,
    },
}

/// Somebody or something that refers clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promoter {
    /// Identifier.
    pub id: Id<Self>,
    /// Number of changes.
    pub version: i64,
    /// What it is.
    pub identity: PromoterIdentity,
    /// Name shown in lists.
    pub name: String,
    /// Tax id, unique when given.
    pub tax_id: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Comment.
    pub comment: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Promoter {
    /// What it is, as a code.
    pub const fn kind(&self) -> PromoterType {
        match self.identity {
            PromoterIdentity::Person(_) => PromoterType::Person,
            PromoterIdentity::Company { .. } => PromoterType::Company,
            PromoterIdentity::Other { .. } => PromoterType::Other,
        }
    }
}

impl Entity for Promoter {
    const KIND: &'static str = "promoter";
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn version(&self) -> i64 {
        self.version
    }
}
