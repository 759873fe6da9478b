//! Totals: what changes are folded into.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use medcert_application::store::StoreError;
use medcert_domain::{
    Id,
    reports::{Cell, Figure},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{
    delta::{detail_text, digest},
    total_key::parts,
};
use crate::error::failed;

pub(crate) const KIND: &str = "report total";

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "report_total")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub generation: i32,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub part: String,
        pub figure: String,
        pub day: Date,
        pub stage: Option<String>,
        pub currency: Option<String>,
        pub service_id: Option<Uuid>,
        pub promoter_id: Option<Uuid>,
        pub manager_id: Option<Uuid>,
        pub doctor_id: Option<Uuid>,
        pub operator_id: Option<Uuid>,
        pub detail: String,
        pub amount: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{ActiveModel, Column, Entity, Model};

/// The id of a total: four bytes of its part and figure, four of its day, and the rest. So totals that are added at once
/// and read together lie together, in the order of the primary key; by a digest alone, each would be on a page of its own.
fn identified(part: &str, figure: Figure, day: i32, rest: [u8; 8]) -> Uuid {
    let kind: [u8; 4] = digest(&format!("{part}/{}", figure.code()));
    let mut bytes = kind.into_iter().chain(day.to_be_bytes()).chain(rest);
    Uuid::from_bytes(std::array::from_fn(|_| bytes.next().unwrap_or_default()))
}

/// Between which ids the totals of this part and figure on these days are; the second is behind them.
pub(crate) fn span(part: &str, figure: Figure, from: NaiveDate, to: NaiveDate) -> (Uuid, Uuid) {
    let end = to.num_days_from_ce().saturating_add(1);
    (identified(part, figure, from.num_days_from_ce(), [0; 8]), identified(part, figure, end, [0; 8]))
}

/// Sums of totals to be, by part and cell.
#[derive(Default)]
pub(crate) struct Totals(BTreeMap<(&'static str, Cell), i64>);

/// Rows written at once: fourteen values each, and SQLite takes 32,766 a statement.
const ROWS: usize = 500;

impl Totals {
    /// Adds what a cell has to all totals it is part of.
    pub(crate) fn add(&mut self, cell: &Cell, amount: i64) {
        for key in parts(cell) {
            *self.0.entry(key).or_default() += amount;
        }
    }

    fn rows(self, generation: i32) -> Vec<Model> {
        let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        let mut rows = Vec::with_capacity(self.0.len());
        for ((part, cell), amount) in self.0.into_iter().filter(|(_, amount)| *amount != 0) {
            let detail = detail_text(cell.detail);
            let (stage, currency) =
                (cell.of.stage.map(medcert_domain::certification::Stage::code), cell.of.currency);
            let currency = currency.map(|c| c.code().to_owned());
            let (service, promoter) = (cell.of.service.map(Id::raw), cell.of.promoter.map(Id::raw));
            let (manager, doctor) = (cell.of.manager.map(Id::raw), cell.of.doctor.map(Id::raw));
            let operator = cell.of.operator.map(Id::raw);
            let name = [
                part.to_owned(),
                cell.figure.code().to_owned(),
                cell.day.to_string(),
                stage.unwrap_or_default().to_owned(),
                currency.clone().unwrap_or_default(),
                text(service),
                text(promoter),
                text(manager),
                text(doctor),
                text(operator),
                detail.clone(),
            ];
            rows.push(Model {
                generation,
                id: identified(part, cell.figure, cell.day.num_days_from_ce(), digest(&name.join("/"))),
                part: part.to_owned(),
                figure: cell.figure.code().to_owned(),
                day: cell.day,
                stage: stage.map(ToOwned::to_owned),
                currency,
                service_id: service,
                promoter_id: promoter,
                manager_id: manager,
                doctor_id: doctor,
                operator_id: operator,
                detail,
                amount,
            });
        }
        // In the order of the key, so that two who write at once do not wait for each other in a circle.
        rows.sort_unstable_by_key(|row| row.id);
        rows
    }

    /// Adds all of it to the totals of a generation, and removes those that have become nothing: a request that moved
    /// on leaves nothing behind.
    pub(crate) async fn fold(self, db: &impl ConnectionTrait, generation: i32) -> Result<(), StoreError> {
        let ids: Vec<Uuid> = self.add_to(db, generation).await?;
        for chunk in ids.chunks(ROWS) {
            Entity::delete_many()
                .filter(Column::Generation.eq(generation))
                .filter(Column::Id.is_in(chunk.iter().copied()))
                .filter(Column::Amount.eq(0))
                .exec(db)
                .await
                .map_err(failed(KIND))?;
        }
        Ok(())
    }

    /// Adds all of it to the totals of a generation; tells which these are.
    pub(crate) async fn add_to(
        self,
        db: &impl ConnectionTrait,
        generation: i32,
    ) -> Result<Vec<Uuid>, StoreError> {
        // The row that is there, and the one that was to be written, have other names on each engine.
        let sum = match db.get_database_backend() {
            DbBackend::MySql => "`amount` + VALUES(`amount`)",
            _ => "\"report_total\".\"amount\" + \"excluded\".\"amount\"",
        };
        let rows = self.rows(generation);
        for chunk in rows.chunks(ROWS) {
            let add = OnConflict::columns([Column::Generation, Column::Id])
                .value(Column::Amount, Expr::cust(sum))
                .to_owned();
            let new: Vec<ActiveModel> =
                chunk.iter().cloned().map(IntoActiveModel::into_active_model).collect();
            let new = new.into_iter().map(sea_orm::ActiveModelTrait::reset_all);
            Entity::insert_many(new)
                .on_conflict(add)
                .exec_without_returning(db)
                .await
                .map_err(failed(KIND))?;
        }
        Ok(rows.into_iter().map(|row| row.id).collect())
    }
}
