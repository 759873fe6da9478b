//! The aggregate of a request: one version counts every change of it and of what hangs on it.

use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, Id,
    certification::{Assignment, Certification, Evaluation, Payment, Refund},
    files::StoredFile,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement},
};

use super::{
    assignment, certificate,
    children::{Child, Found, load_certificates, load_children, write, write_certificates},
    evaluation, history, payment, refund, request,
    request::table::{Column, Entity},
    search_terms,
};
use crate::{
    column::corrupt,
    error::failed,
    files::stored_file,
    mapped::{Table, add},
    query::{ById, flag_of, row_of, select_all},
    records::idempotency,
};

const KIND: &str = Certification::KIND;

/// How often a reader that is torn apart by writers begins again.
pub(crate) const ATTEMPTS: u32 = 5;

/// Which kinds of children a request has, so that nobody asks for those it has not.
#[expect(clippy::struct_excessive_bools, reason = "one column each, independent of each other")]
pub(crate) struct Has {
    pub(crate) assignments: bool,
    pub(crate) payments: bool,
    pub(crate) refunds: bool,
    pub(crate) evaluations: bool,
    pub(crate) certificates: bool,
    pub(crate) files: bool,
}

/// Selects the request joined as `request`, and which children it has.
pub(crate) fn select_root(id: Id<Certification>) -> SelectStatement {
    fn children<T: Table + Default>(request_column: T::Column) -> Expr {
        let rows = Query::select()
            .expr(Expr::val(1))
            .from_as(T::default(), "child")
            .and_where(Expr::col(("child", request_column)).equals(("request", Column::Id)))
            .take();
        Expr::exists(rows)
    }
    let mut select = Query::select().from_as(Entity, "request").take();
    select_all::<Entity>(&mut select, "request");
    select
        .expr_as(
            children::<assignment::table::Entity>(assignment::table::Column::RequestId),
            Alias::new("has_assignments"),
        )
        .expr_as(
            children::<payment::table::Entity>(payment::table::Column::RequestId),
            Alias::new("has_payments"),
        )
        .expr_as(
            children::<refund::table::Entity>(refund::table::Column::RequestId),
            Alias::new("has_refunds"),
        )
        .expr_as(
            children::<evaluation::table::Entity>(evaluation::table::Column::RequestId),
            Alias::new("has_evaluations"),
        )
        .expr_as(
            children::<certificate::table::Entity>(certificate::table::Column::RequestId),
            Alias::new("has_certificates"),
        )
        .expr_as(
            children::<stored_file::table::Entity>(stored_file::table::Column::RequestId),
            Alias::new("has_files"),
        )
        .and_where(Expr::col(("request", Column::Id)).eq(id.raw()));
    select
}

/// Reads what [`select_root`] selects.
pub(crate) fn root(row: &QueryResult) -> Result<(Certification, Has), StoreError> {
    let request =
        row_of::<Entity>(KIND, row, "request")?.ok_or_else(|| corrupt(KIND, "row is missing"))?.try_into()?;
    let has = Has {
        assignments: flag_of(KIND, row, "has_assignments")?,
        payments: flag_of(KIND, row, "has_payments")?,
        refunds: flag_of(KIND, row, "has_refunds")?,
        evaluations: flag_of(KIND, row, "has_evaluations")?,
        certificates: flag_of(KIND, row, "has_certificates")?,
        files: flag_of(KIND, row, "has_files")?,
    };
    Ok((request, has))
}

async fn children_if<C: Child>(
    db: &impl ConnectionTrait,
    any: bool,
    request: &Certification,
) -> Result<Found<Vec<C>>, StoreError> {
    if any { load_children(db, request).await } else { Ok(Found::Whole(vec![])) }
}

/// Loads everything but the assignments; false when the request changed meanwhile.
pub(crate) async fn load_acts(
    db: &impl ConnectionTrait,
    request: &mut Certification,
    has: &Has,
) -> Result<bool, StoreError> {
    let Found::Whole(payments) = children_if::<Payment>(db, has.payments, request).await? else {
        return Ok(false);
    };
    let Found::Whole(refunds) = children_if::<Refund>(db, has.refunds, request).await? else {
        return Ok(false);
    };
    let Found::Whole(evaluations) = children_if::<Evaluation>(db, has.evaluations, request).await? else {
        return Ok(false);
    };
    let certificates = if has.certificates {
        let Found::Whole(certificates) = load_certificates(db, request).await? else { return Ok(false) };
        certificates
    } else {
        vec![]
    };
    let Found::Whole(files) = children_if::<StoredFile>(db, has.files, request).await? else {
        return Ok(false);
    };
    request.files = files;
    request.payments = payments;
    request.refunds = refunds;
    request.evaluations = evaluations;
    request.certificates = certificates;
    Ok(true)
}

/// The whole aggregate.
pub(crate) async fn get(
    db: &impl ConnectionTrait,
    id: Id<Certification>,
) -> Result<Option<Certification>, StoreError> {
    static ROOT: ById = ById::new(|id| select_root(Id::new(id)));
    for _ in 0..ATTEMPTS {
        let select = ROOT.of(db.get_database_backend(), id.raw());
        let row = db.query_one_raw(select).await.map_err(failed(KIND))?;
        let Some(row) = row else { return Ok(None) };
        let (mut request, has) = root(&row)?;
        let assignments = children_if::<Assignment>(db, has.assignments, &request).await?;
        if let Found::Whole(assignments) = assignments
            && load_acts(db, &mut request, &has).await?
        {
            request.assignments = assignments;
            return Ok(Some(request));
        }
    }
    Err(StoreError::Conflict)
}

/// Stores a new request with all that hangs on it.
pub(crate) async fn insert(db: &impl ConnectionTrait, new: &Certification) -> Result<(), StoreError> {
    add::<Entity>(db, KIND, vec![request::row(new, 1)]).await?;
    let none = Certification {
        assignments: vec![],
        payments: vec![],
        refunds: vec![],
        evaluations: vec![],
        certificates: vec![],
        files: vec![],
        ..new.clone()
    };
    write_all(db, &none, new).await
}

/// Stores a changed request and what differs from `before` among its children.
pub(crate) async fn update(
    db: &impl ConnectionTrait,
    before: &Certification,
    after: &Certification,
) -> Result<(), StoreError> {
    let mut row = request::row(after, after.version + 1).into_active_model().reset_all();
    row.not_set(Column::Id);
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
    write_all(db, before, after).await
}

async fn write_all(
    db: &impl ConnectionTrait,
    before: &Certification,
    after: &Certification,
) -> Result<(), StoreError> {
    let id = after.id.raw();
    write(db, id, &before.assignments, &after.assignments).await?;
    write(db, id, &before.payments, &after.payments).await?;
    write(db, id, &before.refunds, &after.refunds).await?;
    write(db, id, &before.files, &after.files).await?;
    write(db, id, &before.evaluations, &after.evaluations).await?;
    write_certificates(db, &before.certificates, &after.certificates).await
}

/// Erases a request. An evaluation or certificate keeps it: their foreign keys refuse.
pub(crate) async fn erase(db: &impl ConnectionTrait, gone: &Certification) -> Result<(), StoreError> {
    let id = gone.id.raw();
    // Counting the version on both checks it and locks the row before its children are touched.
    let locked = Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(gone.version))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    if locked.rows_affected != 1 {
        return Err(StoreError::Stale(KIND));
    }
    search_terms::table::Entity::delete_many()
        .filter(search_terms::table::Column::RequestId.eq(id))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    history::table::Entity::delete_many()
        .filter(history::table::Column::RequestId.eq(id))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    assignment::table::Entity::delete_many()
        .filter(assignment::table::Column::RequestId.eq(id))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    stored_file::table::Entity::delete_many()
        .filter(stored_file::table::Column::RequestId.eq(id))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    // The key stays taken, so that a late repeat registers nothing anew; what was answered goes.
    idempotency::table::Entity::update_many()
        .col_expr(idempotency::table::Column::Body, Expr::value(""))
        .filter(idempotency::table::Column::RequestId.eq(id))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    let nothing = || Expr::value(Option::<String>::None);
    payment::table::Entity::update_many()
        .col_expr(payment::table::Column::Reference, nothing())
        .col_expr(payment::table::Column::ReferenceKey, nothing())
        .col_expr(payment::table::Column::Comment, nothing())
        .col_expr(payment::table::Column::VoidedReason, nothing())
        .filter(payment::table::Column::RequestId.eq(id))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    refund::table::Entity::update_many()
        .col_expr(refund::table::Column::Reference, nothing())
        .col_expr(refund::table::Column::Reason, Expr::value(""))
        .filter(refund::table::Column::RequestId.eq(id))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    Entity::delete_many().filter(Column::Id.eq(id)).exec(db).await.map(drop).map_err(failed(KIND))
}
