//! Guardianship: a standing relation between two people, offered when a request is registered.

use chrono::{DateTime, NaiveDate, Utc};

use super::Person;
use crate::{Invalid, PersonId};

crate::codes! {
    /// Relation of a guardian to the client.
    Relationship {
        /// Father or mother.
        Parent = "PARENT",
        /// Appointed by law.
        LegalGuardian = "LEGAL_GUARDIAN",
        /// Any other.
        Other = "OTHER",
    }
}

/// Somebody who stands for somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guardianship {
    /// Who is stood for.
    pub ward: PersonId,
    /// Who stands for them.
    pub guardian: PersonId,
    /// What the guardian is to them.
    pub relationship: Relationship,
    /// Since when it is known.
    pub since: DateTime<Utc>,
}

impl Guardianship {
    /// Refuses a guardian who is the ward, or known to be under age on the day.
    pub fn check(
        ward: PersonId,
        guardian: &Person,
        age_of_majority: u32,
        today: NaiveDate,
    ) -> Result<(), Invalid> {
        if guardian.id == ward {
            return Err(Invalid::one("", "same-person", "must be somebody else"));
        }
        let majority = i32::try_from(age_of_majority).unwrap_or(i32::MAX);
        if guardian.age_on(today).is_some_and(|age| age < majority) {
            return Err(Invalid::one("", "minor", "a guardian must be of age"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;

    #[test]
    fn a_guardian_is_an_adult_and_somebody_else() {
        let id = |number| Id::new(uuid::Uuid::from_u128(number));
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let born = |year| Person {
            birth_date: NaiveDate::from_ymd_opt(year, 11, 22),
            ..Person::named(id(1), "Ana", "Silva", DateTime::UNIX_EPOCH)
        };
        let check = |ward, guardian: &Person| {
            Guardianship::check(id(ward), guardian, 18, today).map_err(|refused| refused.faults[0].code)
        };
        assert_eq!(check(1, &born(1990)), Err("same-person"));
        assert_eq!(check(2, &born(2008)), Err("minor"));
        assert_eq!(check(2, &born(2007)), Ok(()));
        // An unknown age is nobody's fault yet.
        assert_eq!(check(2, &Person { birth_date: None, ..born(1990) }), Ok(()));
    }
}
