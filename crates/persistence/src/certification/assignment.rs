//! The table of assignments.

use medcert_application::store::StoreError;
use medcert_domain::{
    Id,
    certification::{Assignment, AssignmentRole},
};
use uuid::Uuid;

use super::request;
use crate::{
    children::{Child, select},
    column::{moment, read, stored},
    mapped::Table,
    query::ById,
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "assignment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub request_id: Uuid,
        pub position: i32,
        pub role: String,
        pub current_role: Option<String>,
        pub staff_id: Uuid,
        pub assigned_by: Uuid,
        pub assigned_at: DbTimestamp,
        pub ended_at: Option<DbTimestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

impl TryFrom<table::Model> for Assignment {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::new(row.id),
            role: read(Self::KIND, "role", &row.role, AssignmentRole::parse)?,
            staff: Id::new(row.staff_id),
            assigned_by: Id::new(row.assigned_by),
            assigned_at: moment(row.assigned_at),
            ended_at: row.ended_at.map(moment),
        })
    }
}

impl Child for Assignment {
    type Table = table::Entity;
    type Parent = request::table::Entity;
    const KIND: &'static str = "assignment";
    const PARENT: table::Column = table::Column::RequestId;
    const ORDER: table::Column = table::Column::Position;

    fn of_parent() -> &'static ById {
        static CHILDREN: ById = ById::new(select::<Assignment>);
        &CHILDREN
    }

    fn raw_id(&self) -> Uuid {
        self.id.raw()
    }

    fn row(&self, request: Uuid, position: i32) -> table::Model {
        let role = self.role.code().to_owned();
        table::Model {
            id: self.id.raw(),
            request_id: request,
            position,
            current_role: self.ended_at.is_none().then(|| role.clone()),
            role,
            staff_id: self.staff.raw(),
            assigned_by: self.assigned_by.raw(),
            assigned_at: stored(self.assigned_at),
            ended_at: self.ended_at.map(stored),
        }
    }
}
