//! In which requests a staff member has a part.

use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, Id, StaffId,
    certification::{AssignmentRole, Certification, Stage},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{ExprTrait, Query},
};
use uuid::Uuid;

use super::{
    assignment,
    request::table::{Column, Entity},
};
use crate::error::failed;

const KIND: &str = Certification::KIND;

/// The part is kept after the request ended, so the stage tells which are open.
fn open(staff: StaffId, role: AssignmentRole) -> Condition {
    let column = match role {
        AssignmentRole::Manager => Column::ManagerId,
        AssignmentRole::Doctor => Column::DoctorId,
    };
    let open = Stage::ALL.iter().filter(|stage| stage.is_open()).map(|stage| stage.code());
    Condition::all().add(column.eq(staff.raw())).add(Column::Stage.is_in(open))
}

/// Open requests by id, behind the one given.
pub(crate) async fn open_after(
    db: &impl ConnectionTrait,
    staff: StaffId,
    role: AssignmentRole,
    after: Option<Id<Certification>>,
    limit: u64,
) -> Result<Vec<(Id<Certification>, String)>, StoreError> {
    let mut select =
        Entity::find().select_only().columns([Column::Id, Column::Code]).filter(open(staff, role));
    if let Some(after) = after {
        select = select.filter(Column::Id.gt(after.raw()));
    }
    let found: Vec<(Uuid, String)> =
        select.order_by_asc(Column::Id).limit(limit).into_tuple().all(db).await.map_err(failed(KIND))?;
    Ok(found.into_iter().map(|(id, code)| (Id::new(id), code)).collect())
}

/// How many open requests there are.
pub(crate) async fn count_open(
    db: &impl ConnectionTrait,
    staff: StaffId,
    role: AssignmentRole,
) -> Result<u64, StoreError> {
    Entity::find().filter(open(staff, role)).count(db).await.map_err(failed(KIND))
}

/// Requests in which the staff member ever had a part, ended or not.
pub(crate) async fn count_with_staff(db: &impl ConnectionTrait, staff: StaffId) -> Result<u64, StoreError> {
    use assignment::table::{Column as Assigned, Entity as Assignments};
    let assigned = Query::select()
        .column(Assigned::RequestId)
        .from(Assignments)
        .and_where(sea_orm::sea_query::Expr::col(Assigned::StaffId).eq(staff.raw()))
        .take();
    let registered = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(sea_orm::sea_query::Expr::col(Column::OperatorId).eq(staff.raw()))
        .take();
    let any = Condition::any().add(Column::Id.in_subquery(assigned)).add(Column::Id.in_subquery(registered));
    Entity::find().filter(any).count(db).await.map_err(failed(KIND))
}
