//! The aggregate of a request: one version counts every change of it and of what hangs on it.

use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, Id,
    certification::{Assignment, Certificate, Certification, Evaluation},
    files::StoredFile,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    assignment, certificate, history,
    request::{
        self,
        table::{Column, Entity},
    },
    search_terms, stored_file,
};
use crate::{
    billing::settlement,
    children::{ATTEMPTS, Found, any, any_in, load, load_if, select_children, write},
    column::corrupt,
    error::failed,
    mapped::{self, Mapped as _, add},
    query::{ById, flag_of, row_of, select_all},
    records::idempotency,
};

const KIND: &str = Certification::KIND;

/// Which kinds of children a request has, so that nobody asks for those it has not.
#[expect(clippy::struct_excessive_bools, reason = "one column each, independent of each other")]
pub(crate) struct Has {
    pub(crate) assignments: bool,
    pub(crate) evaluations: bool,
    pub(crate) certificates: bool,
    pub(crate) files: bool,
    pub(crate) money: settlement::Has,
}

/// Selects the request joined as `request` with its settlement, and which children it has.
pub(crate) fn select_root(id: Id<Certification>) -> SelectStatement {
    const REQUEST: &str = "request";
    let certificates =
        any_in::<Entity, certificate::table::Entity>(REQUEST, certificate::table::Column::RequestId);
    let mut select = Query::select().from_as(Entity, REQUEST).take();
    select_all::<Entity>(&mut select, REQUEST);
    settlement::join_to(&mut select, (REQUEST, Column::SettlementId));
    select
        .expr_as(any::<Assignment>(REQUEST), Alias::new("has_assignments"))
        .expr_as(any::<Evaluation>(REQUEST), Alias::new("has_evaluations"))
        .expr_as(certificates, Alias::new("has_certificates"))
        .expr_as(any::<StoredFile>(REQUEST), Alias::new("has_files"))
        .and_where(Expr::col((REQUEST, Column::Id)).eq(id.raw()));
    select
}

/// Reads what [`select_root`] selects.
pub(crate) fn root(row: &QueryResult) -> Result<(Certification, Has), StoreError> {
    let (settlement, money) = settlement::found(row)?;
    let found = row_of::<Entity>(KIND, row, "request")?.ok_or_else(|| corrupt(KIND, "row is missing"))?;
    let request = request::request(found, settlement)?;
    let has = Has {
        assignments: flag_of(KIND, row, "has_assignments")?,
        evaluations: flag_of(KIND, row, "has_evaluations")?,
        certificates: flag_of(KIND, row, "has_certificates")?,
        files: flag_of(KIND, row, "has_files")?,
        money,
    };
    Ok((request, has))
}

/// Certificates, oldest first.
async fn load_certificates(
    db: &impl ConnectionTrait,
    parent: (Uuid, i64),
) -> Result<Found<Vec<Certificate>>, StoreError> {
    use certificate::table::{Column, Entity};
    static CERTIFICATES: ById = ById::new(|id| {
        select_children::<request::table::Entity, Entity>(id, Column::RequestId, Column::IssuedAt)
    });
    load::<Certificate, Entity>(db, Certificate::KIND, parent, &CERTIFICATES).await
}

/// Loads everything but the assignments; false when the request changed meanwhile.
pub(crate) async fn load_acts(
    db: &impl ConnectionTrait,
    request: &mut Certification,
    has: &Has,
) -> Result<bool, StoreError> {
    let parent = (request.id.raw(), request.version);
    if !settlement::load_lines(db, &mut request.settlement, &has.money).await? {
        return Ok(false);
    }
    let Found::Whole(evaluations) = load_if::<Evaluation>(db, has.evaluations, parent).await? else {
        return Ok(false);
    };
    let certificates = if has.certificates {
        let Found::Whole(certificates) = load_certificates(db, parent).await? else { return Ok(false) };
        certificates
    } else {
        vec![]
    };
    let Found::Whole(files) = load_if::<StoredFile>(db, has.files, parent).await? else {
        return Ok(false);
    };
    request.files = files;
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
        let parent = (request.id.raw(), request.version);
        let assignments = load_if::<Assignment>(db, has.assignments, parent).await?;
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
    settlement::insert(db, &new.settlement).await?;
    add::<Entity>(db, KIND, vec![request::row(new, 1)]).await?;
    let none = Certification {
        assignments: vec![],
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
    // What is paid is locked before its settlement, here and wherever a settlement is changed.
    settlement::update(db, &before.settlement, &after.settlement).await?;
    write_all(db, before, after).await
}

async fn write_all(
    db: &impl ConnectionTrait,
    before: &Certification,
    after: &Certification,
) -> Result<(), StoreError> {
    let id = after.id.raw();
    write(db, id, &before.assignments, &after.assignments).await?;
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
        .filter(idempotency::table::Column::ObjectId.eq(id))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    Entity::delete_many().filter(Column::Id.eq(id)).exec(db).await.map_err(failed(KIND))?;
    settlement::leave(db, &gone.settlement, id).await
}

/// The same for certificates, which have a version of their own: another change of the same one is noticed.
async fn write_certificates(
    db: &impl ConnectionTrait,
    before: &[Certificate],
    after: &[Certificate],
) -> Result<(), StoreError> {
    let mut new = Vec::new();
    for certificate in after {
        match before.iter().find(|former| former.id == certificate.id) {
            None => new.push(certificate.row(1)),
            Some(former) if former == certificate => {}
            Some(former) => {
                let expected = Certificate { version: former.version, ..certificate.clone() };
                mapped::update(db, &expected).await?;
            }
        }
    }
    add::<certificate::table::Entity>(db, Certificate::KIND, new).await
}
