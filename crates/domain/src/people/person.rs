//! Persons: one row a human being, whatever parts they play.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::Document;
use crate::{Entity, Id, Invalid, Locale};

/// A human being known to the institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Identifier.
    pub id: Id<Self>,
    /// Number of changes.
    pub version: i64,
    /// What the person is found again by.
    pub document: Option<Document>,
    /// Given names, 1 to 150 characters.
    pub given_names: String,
    /// Family names, 1 to 150 characters.
    pub family_names: String,
    /// Date of birth.
    pub birth_date: Option<NaiveDate>,
    /// E-mail address.
    pub email: Option<String>,
    /// Mobile phone.
    pub phone: Option<String>,
    /// Second mobile phone.
    pub phone_2: Option<String>,
    /// Landline phone.
    pub landline: Option<String>,
    /// Postal address, up to 500 characters.
    pub address: Option<String>,
    /// Language of certificates and mails.
    pub preferred_locale: Option<Locale>,
    /// Comment, up to 1000 characters.
    pub comment: Option<String>,
    /// Who this is a second record of: a merged record keeps its document, so that the person is found again by it,
    /// and is used for nothing else.
    pub merged_into: Option<Id<Self>>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Entity for Person {
    const KIND: &'static str = "person";
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn version(&self) -> i64 {
        self.version
    }
}

/// One field that changed, or would have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Name of the field as in the API.
    pub field: &'static str,
    /// Value before.
    pub old: Option<String>,
    /// Value after.
    pub new: Option<String>,
    /// False when the person's data is protected and the old value was kept.
    pub applied: bool,
}

/// What else a person is, which decides what a request may change of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonUse {
    /// Client, guardian or promoter only.
    Outside,
    /// Staff, or somebody with a login: identity, e-mail and phone belong to the administration.
    Inside,
}

/// Changes to a person: `None` leaves a field, `Some(None)` clears it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonPatch {
    /// Replaces the given names.
    pub given_names: Option<String>,
    /// Replaces the family names.
    pub family_names: Option<String>,
    /// Sets or clears the date of birth.
    pub birth_date: Option<Option<NaiveDate>>,
    /// Sets or clears the e-mail address.
    pub email: Option<Option<String>>,
    /// Sets or clears the mobile phone.
    pub phone: Option<Option<String>>,
    /// Sets or clears the second mobile phone.
    pub phone_2: Option<Option<String>>,
    /// Sets or clears the landline phone.
    pub landline: Option<Option<String>>,
    /// Sets or clears the address.
    pub address: Option<Option<String>>,
    /// Sets or clears the language.
    pub preferred_locale: Option<Option<Locale>>,
    /// Sets or clears the comment.
    pub comment: Option<Option<String>>,
}

impl Person {
    /// Somebody of whom nothing is known but the name.
    pub fn named(
        id: Id<Self>,
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
        let mut changes = Vec::new();
        let mut text = |field, slot: &mut String, new: &Option<String>| {
            if let Some(new) = new.as_ref().filter(|new| *new != slot) {
                let applied = usage == PersonUse::Outside;
                changes.push(FieldChange { field, old: Some(slot.clone()), new: Some(new.clone()), applied });
                if applied {
                    slot.clone_from(new);
                }
            }
        };
        text("given_names", &mut self.given_names, &patch.given_names);
        text("family_names", &mut self.family_names, &patch.family_names);
        let inside = usage == PersonUse::Inside;
        set(
            &mut changes,
            "birth_date",
            &mut self.birth_date,
            patch.birth_date.as_ref(),
            inside,
            NaiveDate::to_string,
        );
        set(&mut changes, "email", &mut self.email, patch.email.as_ref(), inside, String::clone);
        set(&mut changes, "phone", &mut self.phone, patch.phone.as_ref(), inside, String::clone);
        set(&mut changes, "phone_2", &mut self.phone_2, patch.phone_2.as_ref(), inside, String::clone);
        set(&mut changes, "landline", &mut self.landline, patch.landline.as_ref(), inside, String::clone);
        set(&mut changes, "address", &mut self.address, patch.address.as_ref(), false, String::clone);
        let locale = |l: &Locale| l.code().to_owned();
        set(
            &mut changes,
            "preferred_locale",
            &mut self.preferred_locale,
            patch.preferred_locale.as_ref(),
            false,
            locale,
        );
        set(&mut changes, "comment", &mut self.comment, patch.comment.as_ref(), false, String::clone);
        changes
    }
}

fn set<T: Clone + PartialEq>(
    changes: &mut Vec<FieldChange>,
    field: &'static str,
    slot: &mut Option<T>,
    new: Option<&Option<T>>,
    protected: bool,
    print: impl Fn(&T) -> String,
) {
    if let Some(new) = new.filter(|new| *new != slot) {
        let (old, printed) = (slot.as_ref().map(&print), new.as_ref().map(&print));
        changes.push(FieldChange { field, old, new: printed, applied: !protected });
        if !protected {
            slot.clone_from(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
