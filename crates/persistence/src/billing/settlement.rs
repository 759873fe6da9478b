//! The table of settlements, and reading and writing them with their payments and refunds.

use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, Id,
    billing::{Payment, Refund, Settlement},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, IntoColumnRef, Query, SelectStatement},
};
use uuid::Uuid;

use self::table::{Column, Entity};
use super::{payment, refund};
use crate::{
    children::{ATTEMPTS, Found, Parent, any, load_if, write},
    column::{all_or_none, corrupt, money},
    error::failed,
    mapped::{Table, add},
    query::{ById, flag_of, join, row_of, select_all},
};

const KIND: &str = Settlement::KIND;
/// How a select calls the settlement.
const ALIAS: &str = "settlement";

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "settlement")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub due_minor: Option<i64>,
        pub due_currency: Option<String>,
        pub observed_reason: Option<String>,
        pub erased_id: Option<Uuid>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for Entity {
    const ID: Column = Column::Id;
}

impl Parent for Entity {
    const VERSION: Column = Column::Version;
}

impl TryFrom<table::Model> for Settlement {
    type Error = StoreError;

    /// The settlement without its payments and refunds.
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let due = all_or_none(KIND, "what is due is incomplete", row.due_minor, row.due_currency)?;
        let due = due.map(|(minor, currency)| money(KIND, minor, &currency)).transpose()?;
        let (version, observed) = (row.version, row.observed_reason);
        Ok(Self { version, observed, ..Self::open(Id::new(row.id), due) })
    }
}

/// The row that holds it.
pub(crate) fn row(settlement: &Settlement, version: i64) -> table::Model {
    table::Model {
        id: settlement.id.raw(),
        version,
        due_minor: settlement.due.map(|due| due.minor),
        due_currency: settlement.due.map(|due| due.currency.code().to_owned()),
        observed_reason: settlement.observed.clone(),
        erased_id: None,
    }
}

/// Which kinds of lines a settlement has, so that nobody asks for those it has not.
pub(crate) struct Has {
    payments: bool,
    refunds: bool,
}

/// Adds the settlement that a column of a select names, and which lines it has.
pub(crate) fn join_to(select: &mut SelectStatement, column: impl IntoColumnRef) {
    join::<Entity>(select, ALIAS, column);
    select_lines(select);
}

fn select_lines(select: &mut SelectStatement) {
    select_all::<Entity>(select, ALIAS);
    select
        .expr_as(any::<Payment>(ALIAS), Alias::new("has_payments"))
        .expr_as(any::<Refund>(ALIAS), Alias::new("has_refunds"));
}

/// Reads what [`join_to`] adds.
pub(crate) fn found(row: &QueryResult) -> Result<(Settlement, Has), StoreError> {
    let settlement =
        row_of::<Entity>(KIND, row, ALIAS)?.ok_or_else(|| corrupt(KIND, "row is missing"))?.try_into()?;
    let has =
        Has { payments: flag_of(KIND, row, "has_payments")?, refunds: flag_of(KIND, row, "has_refunds")? };
    Ok((settlement, has))
}

/// Loads payments and refunds; false when the settlement changed meanwhile.
pub(crate) async fn load_lines(
    db: &impl ConnectionTrait,
    settlement: &mut Settlement,
    has: &Has,
) -> Result<bool, StoreError> {
    let parent = (settlement.id.raw(), settlement.version);
    let Found::Whole(payments) = load_if::<Payment>(db, has.payments, parent).await? else {
        return Ok(false);
    };
    let Found::Whole(refunds) = load_if::<Refund>(db, has.refunds, parent).await? else {
        return Ok(false);
    };
    (settlement.payments, settlement.refunds) = (payments, refunds);
    Ok(true)
}

fn select(id: Uuid) -> SelectStatement {
    let mut select = Query::select().from_as(Entity, ALIAS).take();
    select_lines(&mut select);
    select.and_where(Expr::col((ALIAS, Column::Id)).eq(id));
    select
}

/// The whole settlement.
pub(crate) async fn get(
    db: &impl ConnectionTrait,
    id: Id<Settlement>,
) -> Result<Option<Settlement>, StoreError> {
    static SETTLEMENT: ById = ById::new(select);
    for _ in 0..ATTEMPTS {
        let select = SETTLEMENT.of(db.get_database_backend(), id.raw());
        let row = db.query_one_raw(select).await.map_err(failed(KIND))?;
        let Some(row) = row else { return Ok(None) };
        let (mut settlement, has) = found(&row)?;
        if load_lines(db, &mut settlement, &has).await? {
            return Ok(Some(settlement));
        }
    }
    Err(StoreError::Conflict)
}

/// Stores a new settlement with its lines.
pub(crate) async fn insert(db: &impl ConnectionTrait, new: &Settlement) -> Result<(), StoreError> {
    add::<Entity>(db, KIND, vec![row(new, 1)]).await?;
    write_lines(db, &Settlement::open(new.id, None), new).await
}

/// Stores what differs from `before`, if anything does and its version is still the stored one; else `Stale`. What is
/// paid through it is locked by whoever calls.
pub(crate) async fn update(
    db: &impl ConnectionTrait,
    before: &Settlement,
    after: &Settlement,
) -> Result<(), StoreError> {
    if before == after {
        return Ok(());
    }
    let mut row = row(after, after.version + 1).into_active_model().reset_all();
    row.not_set(Column::Id);
    row.not_set(Column::ErasedId);
    let done = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(after.id.raw()))
        .filter(Column::Version.eq(after.version))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    if done.rows_affected != 1 {
        return Err(StoreError::Stale(KIND));
    }
    write_lines(db, before, after).await
}

async fn write_lines(
    db: &impl ConnectionTrait,
    before: &Settlement,
    after: &Settlement,
) -> Result<(), StoreError> {
    let id = after.id.raw();
    write(db, id, &before.payments, &after.payments).await?;
    write(db, id, &before.refunds, &after.refunds).await
}

/// What becomes of a settlement when what was paid through it has been erased: with lines of the ledger it stays with
/// them and without personal data, and remembers whose they were, since figures go on counting them by that.
pub(crate) async fn leave(
    db: &impl ConnectionTrait,
    settlement: &Settlement,
    erased: Uuid,
) -> Result<(), StoreError> {
    let id = settlement.id.raw();
    if settlement.payments.is_empty() {
        return Entity::delete_many()
            .filter(Column::Id.eq(id))
            .exec(db)
            .await
            .map(drop)
            .map_err(failed(KIND));
    }
    let nothing = || Expr::value(Option::<String>::None);
    Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::ObservedReason, nothing())
        .col_expr(Column::ErasedId, Expr::value(erased))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    payment::table::Entity::update_many()
        .col_expr(payment::table::Column::Reference, nothing())
        .col_expr(payment::table::Column::ReferenceKey, nothing())
        .col_expr(payment::table::Column::Comment, nothing())
        .col_expr(payment::table::Column::VoidedReason, nothing())
        .filter(payment::table::Column::SettlementId.eq(id))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    refund::table::Entity::update_many()
        .col_expr(refund::table::Column::Reference, nothing())
        .col_expr(refund::table::Column::Reason, Expr::value(""))
        .filter(refund::table::Column::SettlementId.eq(id))
        .exec(db)
        .await
        .map(drop)
        .map_err(failed(KIND))
}
