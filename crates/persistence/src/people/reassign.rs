//! Units of work of the directories of people and promoters: finding, erasing, and giving all that refers to one to
//! another.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use medcert_application::store::{PersonUses, PersonWrites, StoreError, Subject};
use medcert_domain::{
    Entity as _, Id,
    certification::Certification,
    people::{Document, Guardianship, Person, Promoter, PromoterSource},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{denormalized, guardian, person, promoter, staff, uses};
use crate::{
    audited_entity,
    certification::{certificate, request, search_terms},
    column::{corrupt, stored},
    error::failed,
    identity::user,
    mapped,
    query::{join, row_of, select_all, value_of},
    unit_of_work::SeaUnitOfWork,
};

const KIND: &str = Person::KIND;

/// The records merged into any of these people.
async fn merged(
    db: &impl ConnectionTrait,
    into: &[Id<Person>],
) -> Result<Vec<person::table::Model>, StoreError> {
    use person::table::{Column, Entity};
    let into = into.iter().map(|id| id.raw());
    let found =
        Entity::find().filter(Column::MergedIntoId.is_in(into)).order_by_asc(Column::Id).all(db).await;
    found.map_err(failed(KIND))
}

/// Points a column of requests at somebody else; each counts a version.
async fn point(
    db: &impl ConnectionTrait,
    column: request::table::Column,
    from: Uuid,
    into: Uuid,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    use request::table::{Column, Entity};
    Entity::update_many()
        .col_expr(column, Expr::value(into))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(stored(at)))
        .filter(column.eq(from))
        .exec(db)
        .await
        .map(drop)
        .map_err(failed(Certification::KIND))
}

/// The same for the one row of another table that is this person.
macro_rules! point_at {
    ($db:expr, $room:ident :: $table:ident, $kind:expr, $from:expr, $into:expr, $at:expr) => {{
        use $room::$table::{Column, Entity};
        Entity::update_many()
            .col_expr(Column::PersonId, Expr::value($into))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .col_expr(Column::UpdatedAt, Expr::value(stored($at)))
            .filter(Column::PersonId.eq($from))
            .exec($db)
            .await
            .map_err(failed($kind))?;
    }};
}

#[async_trait]
impl PersonWrites for SeaUnitOfWork {
    async fn holder_of(&mut self, document: &Document) -> Result<Option<Person>, StoreError> {
        self.attempt(async |db| person::with_document(db, document).await).await
    }

    async fn merged_records(&mut self, into: &[Id<Person>]) -> Result<Vec<Person>, StoreError> {
        let rows = self.attempt(async |db| merged(db, into).await).await?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    async fn person_uses(&mut self, id: Id<Person>) -> Result<PersonUses, StoreError> {
        self.attempt(async |db| uses::of(db, id).await).await
    }

    async fn share_a_request(&mut self, one: Id<Person>, other: Id<Person>) -> Result<bool, StoreError> {
        use request::table::{Column, Entity};
        let both = |client: Id<Person>, guardian: Id<Person>| {
            let mut rows = uses::rows_with::<Entity>(Column::GuardianId, guardian.raw());
            rows.and_where(Expr::col(Column::ClientId).eq(client.raw())).take()
        };
        let selects = vec![both(one, other), both(other, one)];
        self.attempt(async |db| uses::any_exists(db, selects).await).await
    }

    async fn erase_person(&mut self, gone: &Person) -> Result<(), StoreError> {
        use person::table::{Column, Entity};
        self.attempt(async |db| {
            let records = merged(db, &[gone.id]).await?.into_iter().map(|record| record.id);
            for record in records.chain([gone.id.raw()]) {
                audited_entity::search_terms::replace(db, KIND, record, &[]).await?;
                audited_entity::changes::blank(db, KIND, record).await?;
            }
            guardian::remove(db, gone.id.raw(), None).await?;
            Entity::delete_many()
                .filter(Column::MergedIntoId.eq(gone.id.raw()))
                .exec(db)
                .await
                .map_err(failed(KIND))?;
            mapped::delete(db, gone).await
        })
        .await
    }

    async fn blank_changes(&mut self, kind: &'static str, object: Uuid) -> Result<(), StoreError> {
        self.attempt(async |db| audited_entity::changes::blank(db, kind, object).await).await
    }

    async fn guardianships_of(&mut self, id: Id<Person>) -> Result<Vec<Guardianship>, StoreError> {
        self.attempt(async |db| guardian::of(db, id.raw()).await).await
    }

    async fn add_guardianships(&mut self, all: &[Guardianship]) -> Result<(), StoreError> {
        self.attempt(async |db| guardian::add(db, all).await).await
    }

    async fn remove_guardianship(
        &mut self,
        ward: Id<Person>,
        guardian: Id<Person>,
    ) -> Result<(), StoreError> {
        self.attempt(async |db| guardian::remove(db, ward.raw(), Some(guardian.raw())).await).await
    }

    async fn move_uses(
        &mut self,
        from: Id<Person>,
        into: Id<Person>,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.forget_loaded();
        let (from, into) = (from.raw(), into.raw());
        self.attempt(async |db| {
            point(db, request::table::Column::ClientId, from, into, at).await?;
            point(db, request::table::Column::GuardianId, from, into, at).await?;
            {
                use certificate::table::{Column, Entity};
                // What a certificate prints is its own and stays; so does its version.
                Entity::update_many()
                    .col_expr(Column::HolderPersonId, Expr::value(into))
                    .filter(Column::HolderPersonId.eq(from))
                    .exec(db)
                    .await
                    .map_err(failed("certificate"))?;
            }
            point_at!(db, promoter::table, Promoter::KIND, from, into, at);
            point_at!(db, staff::table, "staff", from, into, at);
            point_at!(db, user::table, "user", from, into, at);
            denormalized::refresh(db, into).await?;
            // So that every merged record points at whoever is left, however often they were merged.
            person::table::Entity::update_many()
                .col_expr(person::table::Column::MergedIntoId, Expr::value(into))
                .filter(person::table::Column::MergedIntoId.eq(from))
                .exec(db)
                .await
                .map(drop)
                .map_err(failed(KIND))
        })
        .await
    }

    async fn promoter_uses(&mut self, id: Id<Promoter>) -> Result<u64, StoreError> {
        use request::table::{Column, Entity};
        let rows = uses::rows_with::<Entity>(Column::PromoterId, id.raw());
        self.attempt(async |db| uses::count(db, Promoter::KIND, rows).await).await
    }

    async fn requests_by(&mut self, id: Id<Promoter>) -> Result<Vec<Id<Certification>>, StoreError> {
        use request::table::{Column, Entity};
        self.attempt(async |db| {
            let ids: Vec<Uuid> = Entity::find()
                .select_only()
                .column(Column::Id)
                .filter(Column::PromoterId.eq(id.raw()))
                .order_by_asc(Column::Id)
                .into_tuple()
                .all(db)
                .await
                .map_err(failed(Certification::KIND))?;
            Ok(ids.into_iter().map(Id::new).collect())
        })
        .await
    }

    async fn source_uses(&mut self, id: Id<PromoterSource>) -> Result<u64, StoreError> {
        use promoter::table::{Column, Entity};
        let rows = uses::rows_with::<Entity>(Column::SourceId, id.raw());
        self.attempt(async |db| uses::count(db, PromoterSource::KIND, rows).await).await
    }

    async fn subjects(&mut self, requests: &[Id<Certification>]) -> Result<Vec<Subject>, StoreError> {
        use request::table::{Column, Entity};
        let mut select = Query::select()
            .from_as(Entity, "request")
            .and_where(Expr::col(("request", Column::Id)).is_in(requests.iter().map(|id| id.raw())))
            .take();
        select.expr(Expr::col(("request", Column::Id))).expr(Expr::col(("request", Column::Code)));
        join::<person::table::Entity>(&mut select, "client", ("request", Column::ClientId));
        join::<person::table::Entity>(&mut select, "guardian", ("request", Column::GuardianId));
        select_all::<person::table::Entity>(&mut select, "client");
        select_all::<person::table::Entity>(&mut select, "guardian");
        let read = |row: &QueryResult| -> Result<Subject, StoreError> {
            let client = row_of::<person::table::Entity>(KIND, row, "client")?;
            let guardian = row_of::<person::table::Entity>(KIND, row, "guardian")?;
            Ok(Subject {
                request: Id::new(value_of(KIND, row, "id")?),
                code: value_of(KIND, row, "code")?,
                client: client.ok_or_else(|| corrupt(KIND, "row is missing"))?.try_into()?,
                guardian: guardian.map(TryInto::try_into).transpose()?,
            })
        };
        let rows = self.attempt(async |db| db.query_all(&select).await.map_err(failed(KIND))).await?;
        rows.iter().map(read).collect()
    }

    async fn index_requests(&mut self, all: &[(Id<Certification>, Vec<String>)]) -> Result<(), StoreError> {
        self.attempt(async |db| search_terms::replace_many(db, all).await).await
    }
}
