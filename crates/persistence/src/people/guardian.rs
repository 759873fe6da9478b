//! The table of who stands for whom.

use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, Id,
    people::{Guardianship, Person, Relationship},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::{
    column::{moment, read, stored},
    error::failed,
};

const KIND: &str = "guardianship";

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "person_guardian")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub guardian_id: Uuid,
        pub relationship: String,
        pub created_at: DbTimestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{ActiveModel, Column, Entity, Model};

/// Rows inserted by one statement.
const AT_ONCE: usize = 500;

pub(crate) fn relationship(code: &str) -> Result<Relationship, StoreError> {
    read(Person::KIND, "relationship", code, Relationship::parse)
}

fn guardianship(row: &Model) -> Result<Guardianship, StoreError> {
    Ok(Guardianship {
        ward: Id::new(row.person_id),
        guardian: Id::new(row.guardian_id),
        relationship: relationship(&row.relationship)?,
        since: moment(row.created_at),
    })
}

/// Every row in which the person is.
pub(crate) async fn of(db: &impl ConnectionTrait, person: Uuid) -> Result<Vec<Guardianship>, StoreError> {
    let part = Condition::any().add(Column::PersonId.eq(person)).add(Column::GuardianId.eq(person));
    let rows = Entity::find()
        .filter(part)
        .order_by_asc(Column::PersonId)
        .order_by_asc(Column::GuardianId)
        .all(db)
        .await
        .map_err(failed(KIND))?;
    rows.iter().map(guardianship).collect()
}

/// Stores new ones.
pub(crate) async fn add(db: &impl ConnectionTrait, all: &[Guardianship]) -> Result<(), StoreError> {
    for part in all.chunks(AT_ONCE) {
        let rows = part.iter().map(|one| ActiveModel {
            person_id: Set(one.ward.raw()),
            guardian_id: Set(one.guardian.raw()),
            relationship: Set(one.relationship.code().to_owned()),
            created_at: Set(stored(one.since)),
        });
        Entity::insert_many(rows).exec_without_returning(db).await.map_err(failed(KIND))?;
    }
    Ok(())
}

/// Removes those with this ward, and with this guardian if one is given.
pub(crate) async fn remove(
    db: &impl ConnectionTrait,
    ward: Uuid,
    guardian: Option<Uuid>,
) -> Result<(), StoreError> {
    let mut delete = Entity::delete_many().filter(Column::PersonId.eq(ward));
    if let Some(guardian) = guardian {
        delete = delete.filter(Column::GuardianId.eq(guardian));
    }
    delete.exec(db).await.map(drop).map_err(failed(KIND))
}
