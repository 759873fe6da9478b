//! What the doctor found, as typed.

use medcert_application::certification::Payload;
use medcert_domain::{
    Invalid,
    certification::{Diagnosis, NewEvaluation},
    institution::Institution,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    certification::codes::{ConclusionCode, VerdictCode},
    parse::{MAX_COMMENT_LEN, ParseBody, Reader, code, date, note, read},
};

/// Diagnoses of one evaluation at the most.
const DIAGNOSES: usize = 20;
/// Characters of observations and recommendations.
const FINDINGS: usize = 4000;

/// A diagnosis.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDiagnosis, example = json!({"code": "H52.1", "text": "Myopia"}))]
pub(crate) struct DiagnosisBody {
    /// ICD-10 code.
    #[schema(required = true, value_type = String, example = "H52.1")]
    code: Option<String>,
    /// In the doctor's words.
    #[schema(max_length = 255, example = "Myopia")]
    text: Option<String>,
}

/// An evaluation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEvaluation, example = json!({
    "evaluated_on": "2026-11-20", "conclusion": "FIT_WITH_RESTRICTIONS", "verdict": "APPROVED",
    "diagnoses": [{"code": "H52.1", "text": "Myopia"}], "restrictions": "Wears glasses while driving"
}))]
pub(crate) struct EvaluationBody {
    /// Day of the evaluation, not in the future.
    #[schema(required = true, value_type = String, format = Date, example = "2026-11-20")]
    evaluated_on: Option<String>,
    /// What was concluded.
    #[schema(required = true, value_type = ConclusionCode, example = "FIT")]
    conclusion: Option<String>,
    /// APPROVED may be issued; OBSERVED needs `observed_reason`. INCONCLUSIVE implies OBSERVED.
    #[schema(value_type = Option<VerdictCode>, example = "APPROVED")]
    verdict: Option<String>,
    /// What is missing.
    #[schema(max_length = 1000)]
    observed_reason: Option<String>,
    /// For the doctor's eyes only.
    #[schema(max_items = 20)]
    diagnoses: Option<Vec<DiagnosisBody>>,
    /// For the doctor's eyes only.
    #[schema(max_length = 4000)]
    observations: Option<String>,
    /// For the doctor's eyes only.
    #[schema(max_length = 4000)]
    recommendations: Option<String>,
    /// Printed: what the holder must keep to.
    #[schema(max_length = 1000)]
    restrictions: Option<String>,
    /// Printed: first day of validity; the day of the evaluation when left out.
    #[schema(format = Date)]
    valid_from: Option<String>,
    /// Printed: last day of validity, inclusive; by the service when left out.
    #[schema(format = Date)]
    valid_until: Option<String>,
}

impl EvaluationBody {
    fn diagnoses(&self, r: &mut Reader<'_>) -> Vec<Diagnosis> {
        let typed = self.diagnoses.as_deref().unwrap_or_default();
        if typed.len() > DIAGNOSES {
            r.fault("diagnoses", "too-many", format!("must be at most {DIAGNOSES}"));
        }
        let mut r = r.inside("diagnoses");
        let read = typed.iter().take(DIAGNOSES).enumerate().filter_map(|(at, one)| {
            let Some(code) = one.code.as_deref() else {
                r.inside(&at.to_string()).missing("code");
                return None;
            };
            let search_terms = one.text.as_deref();
            r.required(&at.to_string(), Some(code), |code| Diagnosis::parse(code, search_terms))
        });
        read.collect()
    }
}

impl ParseBody<Payload> for EvaluationBody {
    fn values(&self, _: &Institution) -> Result<Payload, Invalid> {
        read(|r| {
            let evaluated_on = r.required("evaluated_on", self.evaluated_on.as_deref(), date);
            let conclusion = r.required("conclusion", self.conclusion.as_deref(), code);
            let verdict = r.optional("verdict", self.verdict.as_deref(), code);
            let observed_reason =
                r.optional("observed_reason", self.observed_reason.as_deref(), note(MAX_COMMENT_LEN));
            let diagnoses = self.diagnoses(r);
            let observations = r.optional("observations", self.observations.as_deref(), note(FINDINGS));
            let advice = self.recommendations.as_deref();
            let recommendations = r.optional("recommendations", advice, note(FINDINGS));
            let restrictions =
                r.optional("restrictions", self.restrictions.as_deref(), note(MAX_COMMENT_LEN));
            let valid_from = r.optional("valid_from", self.valid_from.as_deref(), date);
            let valid_until = r.optional("valid_until", self.valid_until.as_deref(), date);
            Some(Payload::RecordEvaluation(Box::new(NewEvaluation {
                evaluated_on: evaluated_on?,
                conclusion: conclusion?,
                verdict,
                observed_reason,
                diagnoses,
                observations,
                recommendations,
                restrictions,
                valid_from,
                valid_until,
            })))
        })
    }
}
