//! Persons: one row a human being, whatever parts they play.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::Document;
use crate::{FieldChange, Invalid, Locale, PersonId, field_changes};

crate::editable! {
    /// A human being known to the institution.
    entity Person of crate::key::Person = "person" {
        /// What the person is found again by.
        document: Option<Document>,
        /// Who this is a second record of: a merged record keeps its document, so that the person is found again by
        /// it, and is used for nothing else.
        merged_into: Option<PersonId>,
    }
    /// Changes to a person.
    patch PersonPatch {
        /// Given names, 1 to 150 characters.
        given_names: String,
        /// Family names, 1 to 150 characters.
        family_names: String,
        /// Date of birth.
        birth_date: Option<NaiveDate>,
        /// E-mail address.
        email: Option<String>,
        /// Mobile phone.
        phone: Option<String>,
        /// Second mobile phone.
        phone_2: Option<String>,
        /// Landline phone.
        landline: Option<String>,
        /// Postal address, up to 500 characters.
        address: Option<String>,
        /// Language of certificates and mails.
        preferred_locale: Option<Locale>,
        /// Comment, up to 1000 characters.
        comment: Option<String>,
    }
}

/// Fields that only the administration changes of people who are staff or have a login.
const PROTECTED: &[&str] =
    &["given_names", "family_names", "birth_date", "email", "phone", "phone_2", "landline"];

/// What else a person is, which decides what a request may change of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonUse {
    /// Client, guardian or promoter only.
    Outside,
    /// Staff, or somebody with a login: identity, e-mail and phone belong to the administration.
    Inside,
}

impl Person {
    /// Somebody of whom nothing is known but the name.
    pub fn named(
        id: PersonId,
        given_names: impl Into<String>,
        family_names: impl Into<String>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            version: 0,
            document: None,
            given_names: given_names.into(),
            family_names: family_names.into(),
            birth_date: None,
            email: None,
            phone: None,
            phone_2: None,
            landline: None,
            address: None,
            preferred_locale: None,
            comment: None,
            merged_into: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Given names, then family names.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_names, self.family_names)
    }

    /// Whole years lived on the day; born on 29 February counts from 1 March in common years.
    pub fn age_on(&self, day: NaiveDate) -> Option<i32> {
        let born = self.birth_date?;
        let had_birthday = (day.month(), day.day()) >= (born.month(), born.day());
        Some(day.year() - born.year() - i32::from(!had_birthday))
    }

    /// Refuses birth dates that cannot be: in the future, or more than 150 years ago.
    pub fn check_birth_date(born: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Invalid> {
        if born > today {
            return Err(Invalid::one("", "future-date", "must not be in the future"));
        }
        if born.year() < today.year() - 150 {
            return Err(Invalid::one("", "too-early", "must be within the last 150 years"));
        }
        Ok(born)
    }

    /// Applies the patch and tells what changed, field by field. What a request may not change of `Inside`
    /// people stays, and is told as not applied.
    pub fn merge(&mut self, patch: &PersonPatch, usage: PersonUse) -> Vec<FieldChange> {
        let protected = |field: &str| usage == PersonUse::Inside && PROTECTED.contains(&field);
        let mut wanted = self.clone();
        patch.clone().apply(&mut wanted);
        let changes = field_changes(Some(self), &wanted).into_iter();
        let changes = changes.map(|change| FieldChange { applied: !protected(change.field), ..change });
        let mut patch = patch.clone();
        patch.retain(|field| !protected(field));
        patch.apply(self);
        changes.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;

    fn ana() -> Person {
        let at = DateTime::from_timestamp(0, 0).unwrap();
        Person {
            version: 1,
            birth_date: NaiveDate::from_ymd_opt(2008, 2, 29),
            email: Some("ana@example.org".into()),
            ..Person::named(Id::new(uuid::Uuid::nil()), "Ana", "Silva", at)
        }
    }

    #[test]
    fn age_counts_whole_years() {
        let on = |y, m, d| ana().age_on(NaiveDate::from_ymd_opt(y, m, d).unwrap()).unwrap();
        assert_eq!((on(2026, 2, 28), on(2026, 3, 1), on(2028, 2, 29)), (17, 18, 20));
    }

    #[test]
    fn omitted_fields_stay_and_protected_ones_too() {
        let patch = PersonPatch {
            given_names: Some("Anna".into()),
            email: Some(None),
            address: Some(Some("Lima".into())),
            ..PersonPatch::default()
        };
        let mut outside = ana();
        assert_eq!(outside.merge(&patch, PersonUse::Outside).len(), 3);
        assert_eq!(
            (outside.given_names.as_str(), outside.email, outside.family_names.as_str()),
            ("Anna", None, "Silva")
        );
        let mut inside = ana();
        let printed = inside.merge(&patch, PersonUse::Inside);
        assert_eq!(printed.iter().filter(|c| c.applied).map(|c| c.field).collect::<Vec<_>>(), ["address"]);
        assert_eq!(inside.name(), "Ana Silva");
        assert!(ana().merge(&PersonPatch::default(), PersonUse::Outside).is_empty());
    }
}
