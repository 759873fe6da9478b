//! Filling an empty database, table by table.

use async_trait::async_trait;
use medcert_application::store::{BulkLoad, Load, LoadedRequest, StoreError};
use medcert_domain::{
    Entity as _,
    billing::Settlement,
    certification::{Certificate, Certification},
    people::Person,
};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;

use super::{
    history,
    request::{self, table::Entity},
    search_terms,
};
use crate::{
    audited_entity,
    billing::settlement,
    children::Child,
    connect::Engine,
    error::failed,
    mapped::{Mapped as _, add},
    records::counter,
    store::SeaStore,
};

async fn children<C: Child>(
    db: &impl ConnectionTrait,
    load: &[LoadedRequest],
    of: impl Fn(&Certification) -> (Uuid, &[C]),
) -> Result<(), StoreError> {
    let rows = load.iter().flat_map(|loaded| {
        let (parent, children) = of(&loaded.request);
        (0..).zip(children).map(move |(position, child)| child.row(parent, position))
    });
    add::<C::Table>(db, C::KIND, rows.collect()).await
}

async fn store(db: &DatabaseTransaction, load: &Load) -> Result<(), StoreError> {
    let people = load.people.iter().map(|person| person.row(1)).collect();
    add::<crate::people::person::table::Entity>(db, Person::KIND, people).await?;
    let all = load.requests.as_slice();
    let settlements = all.iter().map(|loaded| settlement::row(&loaded.request.settlement, 1)).collect();
    add::<settlement::table::Entity>(db, Settlement::KIND, settlements).await?;
    children(db, all, |request| (request.settlement.id.raw(), &request.settlement.payments)).await?;
    children(db, all, |request| (request.settlement.id.raw(), &request.settlement.refunds)).await?;
    let roots = all.iter().map(|loaded| request::row(&loaded.request, 1)).collect();
    add::<Entity>(db, Certification::KIND, roots).await?;
    children(db, all, |request| (request.id.raw(), &request.assignments)).await?;
    children(db, all, |request| (request.id.raw(), &request.evaluations)).await?;
    children(db, all, |request| (request.id.raw(), &request.files)).await?;
    let certificates = all.iter().flat_map(|loaded| &loaded.request.certificates).map(|one| one.row(1));
    add::<super::certificate::table::Entity>(db, Certificate::KIND, certificates.collect()).await?;
    history::append(db, all.iter().flat_map(|loaded| &loaded.history)).await?;
    // In the order of their index, which is then written once from one end to the other instead of here and there.
    let mut found = Vec::new();
    for LoadedRequest { request, search_terms, .. } in all {
        found.extend(search_terms::rows(request.id, request.created_at, search_terms));
    }
    found.sort_unstable_by(|a, b| {
        (a.week_bucket, &a.word, a.created_at).cmp(&(b.week_bucket, &b.word, b.created_at))
    });
    search_terms::add(db, found).await?;
    audited_entity::search_terms::add(db, &load.search_terms).await?;
    for (series, year, value) in &load.counters {
        counter::set(db, series, *year, *value).await?;
    }
    Ok(())
}

#[async_trait]
impl BulkLoad for SeaStore {
    async fn load(&self, load: &Load) -> Result<(), StoreError> {
        let txn = self.transaction().await?;
        store(&txn, load).await?;
        txn.commit().await.map_err(failed("bulk load"))
    }

    async fn settle(&self) -> Result<(), StoreError> {
        let tables = medcert_migrations::tables().collect::<Vec<_>>().join(", ");
        let sql = match self.engine() {
            // Its plans come from statements alone (docs/decisions/0020-sqlite-plans.md).
            Engine::Sqlite => return Ok(()),
            // Only a vacuumed table is read from its indexes alone.
            Engine::Postgres => format!("VACUUM (ANALYZE) {tables}"),
            Engine::MySql | Engine::MariaDb => format!("ANALYZE TABLE {tables}"),
        };
        self.writer().execute_unprepared(&sql).await.map(drop).map_err(failed("statistics"))
    }
}
