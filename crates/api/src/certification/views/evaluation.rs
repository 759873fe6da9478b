//! Evaluations, with or without what only the doctor may read.

use medcert_application::store::RequestAggregate;
use medcert_domain::certification::{Diagnosis, Evaluation, Findings};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::StaffRef;
use crate::{
    certification::codes::{ConclusionCode, VerdictCode},
    codes::{Day, Moment},
    field::Field,
};

/// A diagnosis.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Diagnosis, example = json!({"code": "H52.1", "text": "Myopia"}))]
pub(crate) struct DiagnosisView {
    /// ICD-10 code.
    code: String,
    /// In the doctor's words.
    #[schema(required = true)]
    text: Option<String>,
}

impl From<&Diagnosis> for DiagnosisView {
    fn from(diagnosis: &Diagnosis) -> Self {
        Self { code: diagnosis.code.clone(), text: diagnosis.text.clone() }
    }
}

/// What a doctor found. `diagnoses`, `observations` and `recommendations` are there only for the assigned doctor.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Evaluation)]
pub(crate) struct EvaluationView {
    /// Identifier.
    pub(crate) id: Uuid,
    /// Who evaluated.
    doctor: StaffRef,
    /// Day of the evaluation.
    #[schema(example = "2026-11-20")]
    evaluated_on: Day,
    /// What was concluded.
    conclusion: ConclusionCode,
    /// Whether it may be issued.
    verdict: VerdictCode,
    /// What is missing.
    #[schema(required = true)]
    observed_reason: Option<String>,
    /// What the holder must keep to.
    #[schema(required = true)]
    restrictions: Option<String>,
    /// First day of validity.
    #[schema(example = "2026-11-20")]
    valid_from: Day,
    /// Last day of validity, inclusive; null until a service says.
    #[schema(required = true, example = "2027-11-19")]
    valid_until: Option<Day>,
    /// When it was written down.
    recorded_at: Moment,
    /// When another one took its place.
    #[schema(required = true)]
    superseded_at: Option<Moment>,
    /// Diagnoses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    diagnoses: Option<Vec<DiagnosisView>>,
    /// Observations.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[schema(value_type = Option<String>)]
    observations: Field<String>,
    /// Recommendations.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[schema(value_type = Option<String>)]
    recommendations: Field<String>,
}

/// Null where the doctor wrote nothing; only who may not read it sees no field at all.
fn shown(text: Option<&String>) -> Field<String> {
    text.map_or(Field::Null, |text| Field::Value(text.clone()))
}

impl EvaluationView {
    pub(super) fn of(evaluation: &Evaluation, request_aggregate: &RequestAggregate, clinical: bool) -> Self {
        let findings = &evaluation.findings;
        let doctor = request_aggregate.name_of(evaluation.doctor.raw()).unwrap_or_default();
        let view = Self {
            id: evaluation.id.raw(),
            doctor: StaffRef::new(evaluation.doctor, doctor),
            evaluated_on: findings.evaluated_on.into(),
            conclusion: findings.conclusion.into(),
            verdict: findings.verdict.into(),
            observed_reason: findings.observed_reason.clone(),
            restrictions: findings.restrictions.clone(),
            valid_from: findings.valid_from.into(),
            valid_until: findings.valid_until.map(Into::into),
            recorded_at: evaluation.recorded_at.into(),
            superseded_at: evaluation.superseded_at.map(Into::into),
            diagnoses: None,
            observations: Field::Absent,
            recommendations: Field::Absent,
        };
        if clinical { view.with_clinical(findings) } else { view }
    }

    /// The same with what only the assigned doctor may read.
    #[must_use]
    pub(crate) fn with_clinical(self, findings: &Findings) -> Self {
        Self {
            diagnoses: Some(findings.diagnoses.iter().map(Into::into).collect()),
            observations: shown(findings.observations.as_ref()),
            recommendations: shown(findings.recommendations.as_ref()),
            ..self
        }
    }
}
