//! What staff records, accounts and whatever else keep of their person, so that their lists are cut inside an index.

use medcert_application::store::StoreError;
use medcert_domain::{Entity as _, people::Person};
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};
use uuid::Uuid;

use super::person;
use crate::{error::failed, rooms::ROOMS};

const KIND: &str = Person::KIND;

/// The column with the name of the person.
pub(crate) const NAME: &str = "name";

/// Copies anew what there is of a person.
///
/// The person is locked, so that of two who change what is copied the second one finds what the first one wrote.
pub(crate) async fn refresh(db: &impl ConnectionTrait, person: Uuid) -> Result<(), StoreError> {
    let name: Option<String> = person::table::Entity::find_by_id(person)
        .select_only()
        .column(person::table::Column::Name)
        .lock_exclusive()
        .into_tuple()
        .one(db)
        .await
        .map_err(failed(KIND))?;
    let Some(name) = name else { return Ok(()) };
    for copy in ROOMS.iter().flat_map(|room| room.person_copies) {
        db.execute(&copy(person, &name)).await.map_err(failed(KIND))?;
    }
    Ok(())
}
