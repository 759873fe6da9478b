//! The table of lines.

use medcert_application::store::{JobLine, Made, StoreError};
use medcert_domain::{Id, jobs::LineOutcome};
use uuid::Uuid;

use crate::{
    column::{corrupt, count, read},
    mapped::Table,
};

pub(crate) const KIND: &str = "job line";

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "job_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub job_id: Uuid,
        pub number: i64,
        pub outcome: String,
        pub body: Option<String>,
        pub made_id: Option<Uuid>,
        pub made_code: Option<String>,
        pub duplicates: String,
        pub problem: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

pub(crate) fn row(line: &JobLine) -> table::Model {
    table::Model {
        id: line.id,
        job_id: line.job.raw(),
        number: line.number.into(),
        outcome: line.outcome.code().to_owned(),
        body: line.text.clone(),
        made_id: line.made.as_ref().map(|made| made.id),
        made_code: line.made.as_ref().and_then(|made| made.code.clone()),
        duplicates: serde_json::json!(line.duplicates).to_string(),
        problem: line.problem.clone(),
    }
}

impl TryFrom<table::Model> for JobLine {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let duplicates: Vec<(Uuid, Option<String>)> =
            serde_json::from_str(&row.duplicates).map_err(|_| corrupt(KIND, "duplicates"))?;
        Ok(Self {
            id: row.id,
            job: Id::new(row.job_id),
            number: count(KIND, "number", row.number)?,
            outcome: read(KIND, "outcome", &row.outcome, LineOutcome::parse)?,
            text: row.body,
            made: row.made_id.map(|id| Made { id, code: row.made_code }),
            duplicates,
            problem: row.problem,
        })
    }
}
