//! The table of files.

use medcert_application::store::StoreError;
use medcert_domain::{
    Id,
    files::{FileKind, MediaType, StoredFile},
};
use uuid::Uuid;

use super::request;
use crate::{
    children::{Child, select},
    column::{corrupt, hash, moment, read, stored},
    mapped::Table,
    query::ById,
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "stored_file")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub request_id: Uuid,
        pub kind: String,
        pub name: String,
        pub media_type: String,
        pub size_bytes: i64,
        pub sha256: Vec<u8>,
        pub payment_id: Option<Uuid>,
        pub uploaded_by: Uuid,
        pub uploaded_at: DbTimestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

impl TryFrom<table::Model> for StoredFile {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::new(row.id),
            kind: read(Self::KIND, "kind", &row.kind, FileKind::parse)?,
            name: row.name,
            media_type: read(Self::KIND, "media_type", &row.media_type, MediaType::parse)?,
            size: u64::try_from(row.size_bytes).map_err(|_| corrupt(Self::KIND, "size"))?,
            sha256: hash(Self::KIND, row.sha256)?,
            payment: row.payment_id.map(Id::new),
            uploaded_by: Id::new(row.uploaded_by),
            uploaded_at: moment(row.uploaded_at),
        })
    }
}

impl Child for StoredFile {
    type Table = table::Entity;
    type Parent = request::table::Entity;
    const KIND: &'static str = "file";
    const PARENT: table::Column = table::Column::RequestId;
    const ORDER: table::Column = table::Column::UploadedAt;

    fn of_parent() -> &'static ById {
        static CHILDREN: ById = ById::new(select::<StoredFile>);
        &CHILDREN
    }

    fn raw_id(&self) -> Uuid {
        self.id.raw()
    }

    /// Files come and go, so their order is that of their moments and not of a position.
    fn row(&self, request: Uuid, _: i32) -> table::Model {
        table::Model {
            id: self.id.raw(),
            request_id: request,
            kind: self.kind.code().to_owned(),
            name: self.name.clone(),
            media_type: self.media_type.code().to_owned(),
            size_bytes: i64::try_from(self.size).unwrap_or(i64::MAX),
            sha256: self.sha256.to_vec(),
            payment_id: self.payment.map(Id::raw),
            uploaded_by: self.uploaded_by.raw(),
            uploaded_at: stored(self.uploaded_at),
        }
    }
}
