//! Promoters: who sent the client.

use chrono::{DateTime, Utc};

use super::Person;
use crate::{Entity, Id, Money};

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
    /// Where the institution knows it from.
    pub source: Option<Id<PromoterSource>>,
    /// What it is paid for each client, as agreed.
    pub fee: Option<Money>,
    /// Comment.
    pub comment: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl PromoterIdentity {
    /// What it is, as a code.
    pub const fn kind(&self) -> PromoterType {
        match self {
            Self::Person(_) => PromoterType::Person,
            Self::Company { .. } => PromoterType::Company,
            Self::Other { .. } => PromoterType::Other,
        }
    }
}

impl Promoter {
    /// One of which nothing is known but what it is.
    pub fn named(
        id: Id<Self>,
        identity: PromoterIdentity,
        name: impl Into<String>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            version: 0,
            identity,
            name: name.into(),
            tax_id: None,
            email: None,
            phone: None,
            source: None,
            fee: None,
            comment: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// What it is, as a code.
    pub const fn kind(&self) -> PromoterType {
        self.identity.kind()
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

/// Where promoters are known from: one entry of the institution's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromoterSource {
    /// Identifier.
    pub id: Id<Self>,
    /// Number of changes.
    pub version: i64,
    /// Name, unique without regard to case; 1 to 150 characters.
    pub name: String,
    /// Whether it is still offered: one that was used stays with its promoters.
    pub active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Entity for PromoterSource {
    const KIND: &'static str = "promoter source";
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn version(&self) -> i64 {
        self.version
    }
}
