//! Staff members: each is a staff record with the account of its person, on which it depends whether requests can be
//! given to them.

use async_trait::async_trait;
use medcert_application::store::{
    Cursor, MemberReads, MemberWrites, Page, PageRequest, SPECIALTY, StaffFilter, StoreError,
};
use medcert_domain::{
    Entity as _, Id, StaffId,
    identity::UserStatus,
    people::{Member, Staff, StaffRole, StaffStatus, StaffUser},
};
use sea_orm::{
    ConnectionTrait, IdenStatic, QueryResult,
    sea_query::{Condition, Expr, ExprTrait, Order, Query, SelectStatement},
};

use super::user;
use crate::{
    column::corrupt,
    error::failed,
    keyset::ListQuery,
    people::{denormalized, person, staff},
    query::{after_name, join, join_on, page, row_of, select_all},
    store::SeaStore,
    unit_of_work::SeaUnitOfWork,
};

/// Selects a member: the staff record joined as `staff`, with its person and account.
pub(crate) fn select(select: &mut SelectStatement) {
    join::<person::table::Entity>(select, "person", ("staff", staff::table::Column::PersonId));
    join_on::<user::table::Entity>(
        select,
        "account",
        user::table::Column::PersonId,
        ("staff", staff::table::Column::PersonId),
    );
    select_all::<staff::table::Entity>(select, "staff");
    select_all::<person::table::Entity>(select, "person");
    select_all::<user::table::Entity>(select, "account");
}

/// Reads what [`select`] selects; `None` when a left join to the staff record found nothing.
pub(crate) fn read(row: &QueryResult) -> Result<Option<Member>, StoreError> {
    let Some(staff) = row_of::<staff::table::Entity>(Staff::KIND, row, "staff")? else {
        return Ok(None);
    };
    let person = row_of::<person::table::Entity>(Staff::KIND, row, "person")?
        .ok_or_else(|| corrupt(Staff::KIND, "person is missing"))?;
    let user = match row_of::<user::table::Entity>(Staff::KIND, row, "account")? {
        None => None,
        Some(account) => Some(StaffUser {
            id: Id::new(account.id),
            active: user::status(&account.status)? == UserStatus::Active,
            roles: user::roles(&account),
        }),
    };
    Ok(Some(Member { staff: staff.try_into()?, name: person.name, user }))
}

fn staff_select() -> SelectStatement {
    let mut select = Query::select().from_as(staff::table::Entity, "staff").take();
    self::select(&mut select);
    select
}

/// One member, in one statement.
async fn member(db: &impl ConnectionTrait, id: StaffId) -> Result<Option<Member>, StoreError> {
    let mut select = staff_select();
    select.and_where(Expr::col(("staff", staff::table::Column::Id)).eq(id.raw()));
    let row = db.query_one(&select).await.map_err(failed(Staff::KIND))?;
    row.map_or(Ok(None), |row| read(&row))
}

fn role_column(role: StaffRole) -> &'static str {
    use staff::table::Column;
    let column = match role {
        StaffRole::Operator => Column::IsOperator,
        StaffRole::Manager => Column::IsManager,
        StaffRole::Doctor => Column::IsDoctor,
    };
    column.as_str()
}

fn account_has_role(role: StaffRole) -> Expr {
    use user::table::Column;
    let column = match role {
        StaffRole::Operator => Column::IsOperator,
        StaffRole::Manager => Column::IsManager,
        StaffRole::Doctor => Column::IsDoctor,
    };
    Expr::col(("account", column)).eq(true)
}

/// The rule of `Staff::not_assignable` as a condition, for any of the roles.
fn assignable(roles: &[StaffRole], today: chrono::NaiveDate) -> Condition {
    use staff::table::Column;
    let in_role = roles.iter().fold(Condition::any(), |any, role| {
        let mut holds = Condition::all()
            .add(Expr::col(("staff", role_column(*role))).eq(true))
            .add(account_has_role(*role));
        if *role == StaffRole::Doctor {
            let until = Expr::col(("staff", Column::LicenceValidUntil));
            holds = holds
                .add(Expr::col(("staff", Column::LicenceNumber)).is_not_null())
                .add(Condition::any().add(until.clone().is_null()).add(until.gte(today)));
        }
        any.add(holds)
    });
    Condition::all()
        .add(Expr::col(("staff", Column::Status)).eq(StaffStatus::Active.code()))
        .add(Expr::col(("account", user::table::Column::Status)).eq(UserStatus::Active.code()))
        .add(in_role)
}

/// Joins the account, at which the question who is assignable looks.
fn with_account(select: &mut SelectStatement) {
    let person = ("staff", staff::table::Column::PersonId);
    join_on::<user::table::Entity>(select, "account", user::table::Column::PersonId, person);
}

/// The staff that is asked for, by the copy of the person's name that each record has.
async fn asked_for(
    db: &impl ConnectionTrait,
    filter: &StaffFilter,
) -> Result<ListQuery<staff::table::Entity>, StoreError> {
    let mut query = ListQuery::by("staff", denormalized::NAME, Order::Asc)
        .any_true(filter.roles.iter().map(|role| role_column(*role)))
        .having(staff::table::Column::Status.as_str(), filter.statuses.iter().map(|status| status.code()))
        .found_by(db, Staff::KIND, &filter.search_terms)
        .await?
        .found_by(db, SPECIALTY, &filter.specialty)
        .await?;
    if let Some((wanted, today)) = filter.assignable {
        let roles = if filter.roles.is_empty() { StaffRole::ALL } else { &filter.roles };
        let fits = assignable(roles, today);
        // A member without account compares with NULL, which NOT alone would drop.
        let account = Expr::col(("account", user::table::Column::Id));
        let asked = if wanted { fits } else { Condition::any().add(account.is_null()).add(fits.not()) };
        query = query.joining(with_account).holding(asked);
    }
    Ok(query)
}

/// Staff by name.
async fn list(
    db: &impl ConnectionTrait,
    filter: &StaffFilter,
    asked: &PageRequest,
) -> Result<Page<Member>, StoreError> {
    let query = asked_for(db, filter).await?;
    let count = if asked.with_total { Some(query.total(db, Staff::KIND).await?) } else { None };
    let mut select = query.around(query.page(db, Staff::KIND, asked, after_name(asked)).await?);
    self::select(&mut select);
    let rows = db.query_all(&select).await.map_err(failed(Staff::KIND))?;
    let members: Vec<Member> =
        rows.iter().filter_map(|row| read(row).transpose()).collect::<Result<_, _>>()?;
    Ok(page(members, asked, count, |last| Cursor { key: last.name.clone(), id: last.staff.id.raw() }))
}

#[async_trait]
impl MemberReads for SeaStore {
    async fn staff_list(
        &self,
        filter: &StaffFilter,
        asked: &PageRequest,
    ) -> Result<Page<Member>, StoreError> {
        list(self.reader(), filter, asked).await
    }

    async fn staff_member(&self, id: StaffId) -> Result<Option<Member>, StoreError> {
        member(self.reader(), id).await
    }
}

#[async_trait]
impl MemberWrites for SeaUnitOfWork {
    async fn member(&mut self, id: StaffId) -> Result<Option<Member>, StoreError> {
        self.attempt(async |db| member(db, id).await).await
    }
}
