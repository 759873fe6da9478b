//! The repository of requests, and what use cases of certification need beyond it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use medcert_application::store::{
    CertificationWrites, HistoryEntry, OpenRequests, Repository, RequestAggregate, StoreError, Subject,
};
use medcert_domain::{
    Entity as _, Id, PersonId, StaffId,
    billing::Settlement,
    catalog::Service,
    certification::{AssignmentRole, Certification, Stage},
    people::Promoter,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait as _},
};
use uuid::Uuid;

use super::{
    RequestChange, aggregate, history, of_people, parts,
    request::table::{Column, Entity},
    request_aggregate, search_terms,
};
use crate::{
    error::failed,
    query::{any_exists, rows_with, total},
    unit_of_work::SeaUnitOfWork,
};

const KIND: &str = Certification::KIND;
/// Requests of one client that are looked through for one like another.
const LIKE: u64 = 200;

#[async_trait]
impl Repository<Certification> for SeaUnitOfWork {
    async fn get(&mut self, id: Id<Certification>) -> Result<Option<Certification>, StoreError> {
        let found = self.attempt(async |db| aggregate::get(db, id).await).await?;
        if let Some(request) = &found {
            self.remember(request.clone());
        }
        Ok(found)
    }

    async fn insert(&mut self, request: &Certification) -> Result<(), StoreError> {
        self.attempt(async |db| aggregate::insert(db, request).await).await?;
        self.follow(1, RequestChange::New(request));
        // A new certificate is stored with version 1, whatever the one at hand says: then look again.
        if request.certificates.is_empty() {
            let settlement = Settlement { version: 1, ..request.settlement.clone() };
            self.remember(Certification { version: 1, settlement, ..request.clone() });
        }
        Ok(())
    }

    async fn update(&mut self, request: &Certification) -> Result<(), StoreError> {
        let before = self.as_stored(request).await?;
        self.attempt(async |db| aggregate::update(db, &before, request).await).await?;
        self.follow(request.version + 1, RequestChange::Changed { before: &before, after: request });
        // What was written differs from `request` by versions only; reading it again is cheaper than guessing.
        self.forget(request.id);
        Ok(())
    }

    async fn delete(&mut self, request: &Certification) -> Result<(), StoreError> {
        self.erased(request).await
    }
}

impl SeaUnitOfWork {
    /// The request as it is stored, before this version of it is changed.
    async fn as_stored(&mut self, request: &Certification) -> Result<Certification, StoreError> {
        // Another version than the one remembered is either stale or was loaded elsewhere: look again.
        match self.remembered(request.id).filter(|known| known.version == request.version) {
            Some(before) => Ok(before),
            None => {
                self.attempt(async |db| aggregate::get(db, request.id).await?.ok_or(StoreError::Stale(KIND)))
                    .await
            }
        }
    }

    async fn erased(&mut self, request: &Certification) -> Result<(), StoreError> {
        let before = self.as_stored(request).await?;
        self.forget(request.id);
        let gone = Certification { version: request.version, ..before.clone() };
        self.attempt(async |db| aggregate::erase(db, &gone).await).await?;
        self.follow(request.version + 1, RequestChange::Erased(&before));
        Ok(())
    }
}

#[async_trait]
impl CertificationWrites for SeaUnitOfWork {
    async fn request_aggregate(
        &mut self,
        id: Id<Certification>,
    ) -> Result<Option<RequestAggregate>, StoreError> {
        let found = self.attempt(async |db| request_aggregate::get(db, id).await).await?;
        if let Some(request_aggregate) = &found {
            self.remember(request_aggregate.certification.clone());
        }
        Ok(found)
    }

    async fn append_history(&mut self, entries: &[HistoryEntry]) -> Result<(), StoreError> {
        self.attempt(async |db| history::append(db, entries).await).await
    }

    async fn index_search_terms(&mut self, id: Id<Certification>, all: &[String]) -> Result<(), StoreError> {
        self.attempt(async |db| search_terms::replace(db, id, all).await).await
    }

    async fn requests_of(&mut self, person: PersonId) -> Result<Vec<Id<Certification>>, StoreError> {
        self.attempt(async |db| {
            let part = Condition::any()
                .add(Column::ClientId.eq(person.raw()))
                .add(Column::GuardianId.eq(person.raw()));
            let ids: Vec<Uuid> = Entity::find()
                .select_only()
                .column(Column::Id)
                .filter(part)
                .order_by_asc(Column::Id)
                .into_tuple()
                .all(db)
                .await
                .map_err(failed(KIND))?;
            Ok(ids.into_iter().map(Id::new).collect())
        })
        .await
    }

    async fn open_requests_like(
        &mut self,
        client: PersonId,
        service: Option<Id<Service>>,
    ) -> Result<Vec<(Id<Certification>, String)>, StoreError> {
        self.attempt(async |db| {
            let all: Vec<(Uuid, String, Option<Uuid>, String)> = Entity::find()
                .select_only()
                .columns([Column::Id, Column::Code, Column::ServiceId, Column::Stage])
                .filter(Column::ClientId.eq(client.raw()))
                .order_by_desc(Column::CreatedAt)
                .order_by_desc(Column::Id)
                .limit(LIKE)
                .into_tuple()
                .all(db)
                .await
                .map_err(failed(KIND))?;
            // Service and stage are looked at here, among the few requests of one client. Asked for both, SQLite
            // reads all requests for the service, which is a good part of all there are.
            let open = |stage: &str| Stage::parse(stage).is_some_and(Stage::is_open);
            let like = all
                .into_iter()
                .rev()
                .filter(|(_, _, of, stage)| *of == service.map(Id::raw) && open(stage))
                .map(|(id, code, ..)| (Id::new(id), code));
            Ok(like.collect())
        })
        .await
    }

    async fn open_requests_of(
        &mut self,
        staff: StaffId,
        role: AssignmentRole,
        first: u64,
    ) -> Result<OpenRequests, StoreError> {
        self.attempt(async |db| {
            let count = parts::count_open(db, staff, role).await?;
            let first =
                if count == 0 { vec![] } else { parts::open_after(db, staff, role, None, first).await? };
            Ok(OpenRequests { count, first })
        })
        .await
    }

    async fn requests_with_staff(&mut self, staff: StaffId) -> Result<u64, StoreError> {
        self.attempt(async |db| parts::count_with_staff(db, staff).await).await
    }

    async fn requests_for_service(&mut self, service: Id<Service>) -> Result<u64, StoreError> {
        self.attempt(async |db| {
            Entity::find().filter(Column::ServiceId.eq(service.raw())).count(db).await.map_err(failed(KIND))
        })
        .await
    }

    async fn move_requests(
        &mut self,
        from: PersonId,
        into: PersonId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.forget_loaded();
        self.attempt(async |db| of_people::give(db, from.raw(), into.raw(), at).await).await
    }

    async fn share_a_request(&mut self, one: PersonId, other: PersonId) -> Result<bool, StoreError> {
        let both = |client: PersonId, guardian: PersonId| {
            let mut rows = rows_with::<Entity>(Column::GuardianId, guardian.raw());
            rows.and_where(Expr::col(Column::ClientId).eq(client.raw())).take()
        };
        let selects = vec![both(one, other), both(other, one)];
        self.attempt(async |db| any_exists(db, KIND, selects).await).await
    }

    async fn requests_with_promoter(&mut self, promoter: Id<Promoter>) -> Result<u64, StoreError> {
        let rows = rows_with::<Entity>(Column::PromoterId, promoter.raw());
        self.attempt(async |db| total(db, KIND, rows).await).await
    }

    async fn requests_by(&mut self, promoter: Id<Promoter>) -> Result<Vec<Id<Certification>>, StoreError> {
        self.attempt(async |db| {
            let ids: Vec<Uuid> = Entity::find()
                .select_only()
                .column(Column::Id)
                .filter(Column::PromoterId.eq(promoter.raw()))
                .order_by_asc(Column::Id)
                .into_tuple()
                .all(db)
                .await
                .map_err(failed(KIND))?;
            Ok(ids.into_iter().map(Id::new).collect())
        })
        .await
    }

    async fn subjects(&mut self, requests: &[Id<Certification>]) -> Result<Vec<Subject>, StoreError> {
        self.attempt(async |db| search_terms::subjects(db, requests).await).await
    }

    async fn index_requests(&mut self, all: &[(Id<Certification>, Vec<String>)]) -> Result<(), StoreError> {
        self.attempt(async |db| search_terms::replace_many(db, all).await).await
    }

    async fn erase(&mut self, request: &Certification) -> Result<(), StoreError> {
        self.erased(request).await
    }

    async fn hold_request_of(
        &mut self,
        settlement: Id<Settlement>,
    ) -> Result<Option<Certification>, StoreError> {
        let found = self
            .attempt(async |db| {
                let id: Option<Uuid> = Entity::find()
                    .select_only()
                    .column(Column::Id)
                    .filter(Column::SettlementId.eq(settlement.raw()))
                    .lock_exclusive()
                    .into_tuple()
                    .one(db)
                    .await
                    .map_err(failed(KIND))?;
                match id {
                    Some(id) => aggregate::get(db, Id::new(id)).await,
                    None => Ok(None),
                }
            })
            .await?;
        if let Some(request) = &found {
            // No change yet: what is made of it from here on is told as the difference to this.
            self.follow(request.version, RequestChange::Changed { before: request, after: request });
        }
        Ok(found)
    }
}
