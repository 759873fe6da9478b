//! Evaluations: what the assigned doctor found.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Conclusion, Verdict};
use crate::{
    Id, Invalid, StaffId, UserId,
    text::{self, Lines},
};

/// A diagnosis: a code of ICD-10, optionally in the doctor's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// ICD-10 code: a letter, two digits, optionally a point and one or two characters more.
    pub code: String,
    /// In words, up to 255 characters.
    pub text: Option<String>,
}

impl Diagnosis {
    /// Reads a code and its words.
    pub fn parse(code: &str, words: Option<&str>) -> Result<Self, Invalid> {
        let code = code.trim().to_ascii_uppercase();
        let well_formed = match code.as_bytes() {
            [letter, a, b, rest @ ..] => {
                letter.is_ascii_uppercase()
                    && a.is_ascii_digit()
                    && (b.is_ascii_digit() || b.is_ascii_uppercase())
                    && match rest {
                        [] => true,
                        [b'.', tail @ ..] => {
                            (1..=4).contains(&tail.len()) && tail.iter().all(u8::is_ascii_alphanumeric)
                        }
                        _ => false,
                    }
            }
            _ => false,
        };
        if !well_formed {
            return Err(Invalid::one("/code", "icd-10", "must be an ICD-10 code such as F41.1"));
        }
        let text = words.map_or(Ok(None), |w| text::optional(w, 255, Lines::One)).map_err(|mut e| {
            for fault in &mut e.faults {
                fault.pointer.insert_str(0, "/text");
            }
            e
        })?;
        Ok(Self { code, text })
    }
}

/// What the doctor wrote down; the first three fields of text are clinical, for the doctor's eyes only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Day of the evaluation.
    pub evaluated_on: NaiveDate,
    /// Conclusion.
    pub conclusion: Conclusion,
    /// Whether it may be issued.
    pub verdict: Verdict,
    /// What is missing.
    pub observed_reason: Option<String>,
    /// Clinical: diagnoses, at most 20.
    pub diagnoses: Vec<Diagnosis>,
    /// Clinical: observations, up to 4,000 characters.
    pub observations: Option<String>,
    /// Clinical: recommendations, up to 4,000 characters.
    pub recommendations: Option<String>,
    /// Printed: what the holder must keep to, up to 1,000 characters.
    pub restrictions: Option<String>,
    /// Printed: first day of validity.
    pub valid_from: NaiveDate,
    /// Printed: last day of validity, inclusive; `None` until the service says.
    pub valid_until: Option<NaiveDate>,
}

/// One evaluation by one doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// Identifier.
    pub id: Id<Self>,
    /// Who evaluated.
    pub doctor: StaffId,
    /// Through which account.
    pub recorded_by: UserId,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// What was found.
    pub findings: Findings,
    /// What a certificate would have printed at that moment: compared before issuing.
    pub printed: Printed,
    /// When another one took its place.
    pub superseded_at: Option<DateTime<Utc>>,
}

/// Fields that a certificate prints, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printed(pub BTreeMap<String, String>);

impl Printed {
    /// Names of the fields in which the two differ.
    pub fn changed_since(&self, earlier: &Self) -> Vec<String> {
        let names: std::collections::BTreeSet<&String> = self.0.keys().chain(earlier.0.keys()).collect();
        names.into_iter().filter(|name| self.0.get(*name) != earlier.0.get(*name)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagnoses_are_icd_10() {
        for good in ["F41.1", "j11", "Z00.00", "C7A.1"] {
            assert!(Diagnosis::parse(good, None).is_ok(), "{good}");
        }
        for bad in ["", "41.1", "F4", "F41.", "F41-1", "F41.12345", "Ж41"] {
            assert_eq!(Diagnosis::parse(bad, None).unwrap_err().faults[0].pointer, "/code", "{bad}");
        }
    }
}
