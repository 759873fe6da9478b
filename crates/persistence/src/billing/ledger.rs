//! Many settlements at once, for figures.

use std::collections::BTreeMap;

use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _,
    billing::{Payment, Refund, Settlement},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::settlement::table::{Column, Entity};
use crate::{children::Child, error::failed, mapped::Row};

const KIND: &str = Settlement::KIND;
/// Settlements read by one statement.
const AT_ONCE: usize = 1_000;

/// What was erased and left lines of the ledger, between two identifiers.
pub(crate) async fn erased(
    db: &impl ConnectionTrait,
    after: Option<Uuid>,
    last: Option<Uuid>,
) -> Result<Vec<Uuid>, StoreError> {
    let mut select = Entity::find().select_only().column(Column::ErasedId);
    // Of a range every engine takes rows from the index alone; NULL is in none.
    select = select.filter(Column::ErasedId.gt(after.unwrap_or(Uuid::nil())));
    if let Some(last) = last {
        select = select.filter(Column::ErasedId.lte(last));
    }
    select.into_tuple().all(db).await.map_err(failed(KIND))
}

/// The settlements with these values in a column, whole, by identifier.
pub(crate) async fn settlements(
    db: &impl ConnectionTrait,
    column: Column,
    values: &[Uuid],
) -> Result<BTreeMap<Uuid, Settlement>, StoreError> {
    let mut all: BTreeMap<Uuid, Settlement> = BTreeMap::new();
    for chunk in values.chunks(AT_ONCE) {
        let found = Entity::find().filter(column.is_in(chunk.iter().copied())).all(db).await;
        for row in found.map_err(failed(KIND))? {
            all.insert(row.id, row.try_into()?);
        }
    }
    let ids: Vec<Uuid> = all.keys().copied().collect();
    for row in lines::<Payment>(db, &ids).await? {
        if let Some(settlement) = all.get_mut(&row.settlement_id) {
            settlement.payments.push(row.try_into()?);
        }
    }
    for row in lines::<Refund>(db, &ids).await? {
        if let Some(settlement) = all.get_mut(&row.settlement_id) {
            settlement.refunds.push(row.try_into()?);
        }
    }
    Ok(all)
}

/// Lines of these settlements, those of each in their order.
async fn lines<C: Child>(
    db: &impl ConnectionTrait,
    settlements: &[Uuid],
) -> Result<Vec<Row<C::Table>>, StoreError> {
    let mut all = Vec::new();
    for chunk in settlements.chunks(AT_ONCE) {
        let of = C::PARENT.is_in(chunk.iter().copied());
        all.extend(
            C::Table::find().filter(of).order_by_asc(C::ORDER).all(db).await.map_err(failed(C::KIND))?,
        );
    }
    Ok(all)
}
