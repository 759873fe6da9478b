//! Promoters: who sent the client.

use chrono::{DateTime, Utc};

use crate::{Id, Money, PersonId};

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
    Person(PersonId),
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

crate::editable! {
    /// Somebody or something that refers clients.
    entity Promoter = "promoter" {
        /// What it is.
        identity: PromoterIdentity,
        /// Name shown in lists; it follows from what the promoter is.
        name: String,
    }
    /// Changes to a promoter, besides its name.
    patch PromoterPatch {
        /// Tax id, unique when given.
        tax_id: Option<String>,
        /// E-mail address.
        email: Option<String>,
        /// Telephone.
        phone: Option<String>,
        /// Where the institution knows it from.
        source as "source_id": Option<Id<PromoterSource>>,
        /// What it is paid for each client, as agreed.
        fee: Option<Money>,
        /// Comment.
        comment: Option<String>,
    }
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

crate::editable! {
    /// Where promoters are known from: one entry of the institution's list.
    entity PromoterSource = "promoter source" {}
    /// A new source.
    new NewPromoterSource;
    /// Changes to a source.
    patch PromoterSourcePatch {
        /// Name, unique without regard to case; 1 to 150 characters.
        name: String,
        /// Whether it is still offered: one that was used stays with its promoters.
        active: bool,
    }
}
