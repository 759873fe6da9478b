//! The table of evaluations. Diagnoses and printed data are JSON: read and written with their evaluation, never
//! searched.

use medcert_application::store::StoreError;
use medcert_domain::{
    Id,
    certification::{Conclusion, Diagnosis, Evaluation, Findings, Printed, Verdict},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::request;
use crate::{
    children::{Child, select},
    column::{corrupt, moment, read, stored},
    mapped::Table,
    query::ById,
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "evaluation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub request_id: Uuid,
        pub position: i32,
        pub standing: Option<i32>,
        pub doctor_id: Uuid,
        pub recorded_by: Uuid,
        pub recorded_at: DbTimestamp,
        pub superseded_at: Option<DbTimestamp>,
        pub evaluated_on: Date,
        pub conclusion: String,
        pub verdict: String,
        pub observed_reason: Option<String>,
        pub diagnoses: String,
        pub observations: Option<String>,
        pub recommendations: Option<String>,
        pub restrictions: Option<String>,
        pub valid_from: Date,
        pub valid_until: Option<Date>,
        pub printed: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

/// A diagnosis as JSON.
#[derive(Serialize, Deserialize)]
struct StoredDiagnosis {
    code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl TryFrom<table::Model> for Evaluation {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let diagnoses: Vec<StoredDiagnosis> =
            serde_json::from_str(&row.diagnoses).map_err(|_| corrupt(Self::KIND, "diagnoses"))?;
        let printed = serde_json::from_str(&row.printed).map_err(|_| corrupt(Self::KIND, "printed"))?;
        Ok(Self {
            id: Id::new(row.id),
            doctor: Id::new(row.doctor_id),
            recorded_by: Id::new(row.recorded_by),
            recorded_at: moment(row.recorded_at),
            findings: Findings {
                evaluated_on: row.evaluated_on,
                conclusion: read(Self::KIND, "conclusion", &row.conclusion, Conclusion::parse)?,
                verdict: read(Self::KIND, "verdict", &row.verdict, Verdict::parse)?,
                observed_reason: row.observed_reason,
                diagnoses: diagnoses
                    .into_iter()
                    .map(|StoredDiagnosis { code, text }| Diagnosis { code, text })
                    .collect(),
                observations: row.observations,
                recommendations: row.recommendations,
                restrictions: row.restrictions,
                valid_from: row.valid_from,
                valid_until: row.valid_until,
            },
            printed: Printed(printed),
            superseded_at: row.superseded_at.map(moment),
        })
    }
}

impl Child for Evaluation {
    type Table = table::Entity;
    type Parent = request::table::Entity;
    const KIND: &'static str = "evaluation";
    const PARENT: table::Column = table::Column::RequestId;
    const ORDER: table::Column = table::Column::Position;

    fn of_parent() -> &'static ById {
        static CHILDREN: ById = ById::new(select::<Evaluation>);
        &CHILDREN
    }

    fn raw_id(&self) -> Uuid {
        self.id.raw()
    }

    fn row(&self, request: Uuid, position: i32) -> table::Model {
        let findings = &self.findings;
        let diagnoses: Vec<StoredDiagnosis> = findings
            .diagnoses
            .iter()
            .map(|d| StoredDiagnosis { code: d.code.clone(), text: d.text.clone() })
            .collect();
        table::Model {
            id: self.id.raw(),
            request_id: request,
            position,
            standing: self.superseded_at.is_none().then_some(1),
            doctor_id: self.doctor.raw(),
            recorded_by: self.recorded_by.raw(),
            recorded_at: stored(self.recorded_at),
            superseded_at: self.superseded_at.map(stored),
            evaluated_on: findings.evaluated_on,
            conclusion: findings.conclusion.code().to_owned(),
            verdict: findings.verdict.code().to_owned(),
            observed_reason: findings.observed_reason.clone(),
            diagnoses: serde_json::json!(diagnoses).to_string(),
            observations: findings.observations.clone(),
            recommendations: findings.recommendations.clone(),
            restrictions: findings.restrictions.clone(),
            valid_from: findings.valid_from,
            valid_until: findings.valid_until,
            printed: serde_json::json!(self.printed.0).to_string(),
        }
    }
}
