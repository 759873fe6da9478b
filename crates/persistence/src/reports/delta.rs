//! Changes of figures as they are made: rows that are only ever added, so that nobody waits for anybody.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use medcert_application::store::StoreError;
use medcert_domain::{
    Currency, Id, UserId,
    certification::{Certification, Stage},
    reports::{Bucket, Cell, Change, Detail, Dimensions, Figure},
};
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::generation::{self, Generation, Generations};
use crate::{
    certification::RequestChange,
    column::{corrupt, read, read_opt},
    mapped::{Table, add},
    rooms::Participant,
    unit_of_work::SeaUnitOfWork,
};

pub(crate) const KIND: &str = "report delta";

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "report_delta")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub generation: i32,
        pub request_id: Uuid,
        pub figure: String,
        pub day: Date,
        pub stage: Option<String>,
        pub currency: Option<String>,
        pub service_id: Option<Uuid>,
        pub promoter_id: Option<Uuid>,
        pub manager_id: Option<Uuid>,
        pub doctor_id: Option<Uuid>,
        pub operator_id: Option<Uuid>,
        pub detail: String,
        pub amount: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{Entity, Model};

impl Table for Entity {
    const ID: table::Column = table::Column::Id;
}

/// A detail as stored.
pub(crate) fn detail_text(detail: Detail) -> String {
    match detail {
        Detail::None => String::new(),
        Detail::By(user) => user.to_string(),
        Detail::Left(stage, bucket) => format!("{stage}:{}", bucket.0),
    }
}

/// A stored detail.
pub(crate) fn detail_of(text: &str) -> Result<Detail, StoreError> {
    let known = match text.split_once(':') {
        None if text.is_empty() => Some(Detail::None),
        None => Uuid::try_parse(text).ok().map(|id| Detail::By(UserId::new(id))),
        Some((stage, bucket)) => {
            Stage::parse(stage).zip(bucket.parse().ok()).map(|(stage, n)| Detail::Left(stage, Bucket(n)))
        }
    };
    known.ok_or_else(|| corrupt(KIND, "detail"))
}

impl TryFrom<Model> for Cell {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        Ok(Self {
            figure: read(KIND, "figure", &row.figure, Figure::parse)?,
            day: row.day,
            of: Dimensions {
                stage: read_opt(KIND, "stage", row.stage.as_deref(), Stage::parse)?,
                currency: read_opt(KIND, "currency", row.currency.as_deref(), Currency::parse)?,
                service: row.service_id.map(Id::new),
                promoter: row.promoter_id.map(Id::new),
                manager: row.manager_id.map(Id::new),
                doctor: row.doctor_id.map(Id::new),
                operator: row.operator_id.map(Id::new),
            },
            detail: detail_of(&row.detail)?,
        })
    }
}

/// Bytes made of a text, thirty-two at most: the same for the same text, and of no other.
pub(crate) fn digest<const N: usize>(text: &str) -> [u8; N] {
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    digest.first_chunk().copied().unwrap_or([0; N])
}

/// What a unit of work changed, by request, until it is committed.
#[derive(Default)]
struct Changes(BTreeMap<Id<Certification>, (i64, Change)>);

impl Changes {
    /// Notes a change that leads to this version.
    fn note(&mut self, id: Id<Certification>, version: i64, change: Change) {
        let change = match self.0.remove(&id) {
            None => change,
            Some((_, former)) => former.then(change),
        };
        self.0.insert(id, (version, change));
    }

    fn rows(&self, generation: Generation) -> Vec<Model> {
        let mut rows = Vec::new();
        for (id, (version, change)) in &self.0 {
            for (position, (cell, amount)) in change.cells(generation.calendar()).into_iter().enumerate() {
                // A version is written by one unit of work only, so this is nobody else's.
                let name = format!("{}/{id}/{version}/{position}", generation.id);
                rows.push(Model {
                    id: Uuid::from_bytes(digest(&name)),
                    generation: generation.id,
                    request_id: id.raw(),
                    figure: cell.figure.code().to_owned(),
                    day: cell.day,
                    stage: cell.of.stage.map(|s| s.code().to_owned()),
                    currency: cell.of.currency.map(|c| c.code().to_owned()),
                    service_id: cell.of.service.map(Id::raw),
                    promoter_id: cell.of.promoter.map(Id::raw),
                    manager_id: cell.of.manager.map(Id::raw),
                    doctor_id: cell.of.doctor.map(Id::raw),
                    operator_id: cell.of.operator.map(Id::raw),
                    detail: detail_text(cell.detail),
                    amount,
                });
            }
        }
        rows
    }

    /// Adds what changed to every generation that must know of it.
    async fn append(&self, db: &impl ConnectionTrait, known: &Generations) -> Result<(), StoreError> {
        let mut written = BTreeSet::new();
        let mut live = known.get();
        loop {
            for generation in live.iter().filter(|generation| written.insert(generation.id)) {
                add::<Entity>(db, KIND, self.rows(*generation)).await?;
            }
            // Only now the generations written to are held, so only now looking tells whether there are others: one
            // that is begun later waits for us, and counts what we have done.
            live = generation::live(db).await?;
            known.set(&live);
            if live.iter().all(|generation| written.contains(&generation.id)) {
                return Ok(());
            }
        }
    }
}

/// Figures of reports: what a unit of work changes of them is added when it is kept.
#[derive(Default)]
pub(crate) struct Figures {
    known: Generations,
}

#[async_trait]
impl Participant for Figures {
    async fn before_commit(&self, work: &mut SeaUnitOfWork) -> Result<(), StoreError> {
        let changes = work.state().take::<Changes>();
        if changes.0.is_empty() {
            return Ok(());
        }
        work.attempt(async |db| changes.append(db, &self.known).await).await
    }
}

/// Notes what a change of a request changes in figures.
pub(super) fn follow(work: &mut SeaUnitOfWork, version: i64, change: RequestChange<'_>) {
    let (id, change) = match change {
        RequestChange::New(request) => (request.id, Change::new(request.clone())),
        RequestChange::Changed { before, after } => (after.id, Change::from(before.clone(), after.clone())),
        RequestChange::Erased(request) => (request.id, Change::erased(request.clone())),
    };
    work.state().with(|changes: &mut Changes| changes.note(id, version, change));
}
