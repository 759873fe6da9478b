//! Lists and views of people.

use async_trait::async_trait;
use medcert_application::store::{
    Cursor, Page, PageRequest, PeopleReads, PromoterFilter, SPECIALTY, StaffFilter, StoreError,
};
use medcert_domain::{
    Entity as _, Id,
    certification::Member,
    identity::UserStatus,
    people::{Promoter, Staff, StaffRole, StaffStatus},
};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Condition, Expr, ExprTrait, Order, Query, SelectStatement},
};

use super::{directory, person, staff};
use crate::{
    directory::words::search,
    error::failed,
    identity::user,
    mapped,
    query::{Keyset, page, total},
    store::SeaStore,
};

fn staff_select() -> SelectStatement {
    let mut select = Query::select().from_as(staff::table::Entity, "staff").take();
    staff::select_member(&mut select);
    select
}

/// One member, in one statement.
pub(crate) async fn member(db: &impl ConnectionTrait, id: Id<Staff>) -> Result<Option<Member>, StoreError> {
    let mut select = staff_select();
    select.and_where(Expr::col(("staff", staff::table::Column::Id)).eq(id.raw()));
    let row = db.query_one(&select).await.map_err(failed(Staff::KIND))?;
    row.map_or(Ok(None), |row| staff::member(&row))
}

fn has_role(role: StaffRole) -> Expr {
    use staff::table::Column;
    let column = match role {
        StaffRole::Operator => Column::IsOperator,
        StaffRole::Manager => Column::IsManager,
        StaffRole::Doctor => Column::IsDoctor,
    };
    Expr::col(("staff", column)).eq(true)
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
        let mut holds = Condition::all().add(has_role(*role)).add(account_has_role(*role));
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

async fn staff_condition(db: &impl ConnectionTrait, filter: &StaffFilter) -> Result<Condition, StoreError> {
    let id = ("staff", staff::table::Column::Id);
    let mut all = Condition::all();
    for (kind, words) in [(Staff::KIND, &filter.words), (SPECIALTY, &filter.specialty)] {
        all = all.add(search(db, kind, words, id).await?);
    }
    if !filter.roles.is_empty() {
        all = all.add(filter.roles.iter().fold(Condition::any(), |any, role| any.add(has_role(*role))));
    }
    if !filter.statuses.is_empty() {
        let codes = filter.statuses.iter().map(|status| status.code());
        all = all.add(Expr::col(("staff", staff::table::Column::Status)).is_in(codes));
    }
    if let Some((wanted, today)) = filter.assignable {
        let roles = if filter.roles.is_empty() { StaffRole::ALL } else { &filter.roles };
        let fits = assignable(roles, today);
        // A member without account compares with NULL, which NOT alone would drop.
        let account = Expr::col(("account", user::table::Column::Id));
        all = if wanted {
            all.add(fits)
        } else {
            all.add(Condition::any().add(account.is_null()).add(fits.not()))
        };
    }
    Ok(all)
}

#[async_trait]
impl PeopleReads for SeaStore {
    async fn staff_list(
        &self,
        filter: &StaffFilter,
        asked: &PageRequest,
    ) -> Result<Page<Member>, StoreError> {
        let db = self.reader();
        let mut select = staff_select();
        select.cond_where(staff_condition(db, filter).await?);
        let count = if asked.with_total { Some(total(db, Staff::KIND, select.clone()).await?) } else { None };
        let after = asked.after.as_ref().map(|c| (c.key.clone().into(), c.id));
        Keyset::new(("person", person::table::Column::Name), ("staff", staff::table::Column::Id), Order::Asc)
            .apply(&mut select, after, asked.limit);
        let rows = db.query_all(&select).await.map_err(failed(Staff::KIND))?;
        let members: Vec<Member> =
            rows.iter().filter_map(|row| staff::member(row).transpose()).collect::<Result<_, _>>()?;
        Ok(page(members, asked, count, |last| Cursor { key: last.name.clone(), id: last.staff.id.raw() }))
    }

    async fn staff_member(&self, id: Id<Staff>) -> Result<Option<Member>, StoreError> {
        member(self.reader(), id).await
    }

    async fn promoters(
        &self,
        filter: &PromoterFilter,
        asked: &PageRequest,
    ) -> Result<Page<Promoter>, StoreError> {
        directory::promoters(self.reader(), filter, asked).await
    }

    async fn promoter(&self, id: Id<Promoter>) -> Result<Option<Promoter>, StoreError> {
        mapped::get(self.reader(), id).await
    }
}
