//! The table of persons.

use medcert_application::store::StoreError;
use medcert_domain::{
    Country, Entity as _, Id, Locale, PersonId,
    people::{Document, DocumentType, Person},
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
    sea_query::SelectStatement,
};

use super::denormalized;
use crate::{
    audited_entity::keys::{KeyType, Searchable, keyed, keyed_by},
    column::{corrupt, moment, read, read_opt, stored},
    error::failed,
    mapped::{Mapped, Table, Written},
    query::join,
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "person")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub document_type: Option<String>,
        pub document_country: Option<String>,
        pub document_number: Option<String>,
        pub given_names: String,
        pub family_names: String,
        pub name: String,
        pub birth_date: Option<Date>,
        pub email: Option<String>,
        pub phone: Option<String>,
        #[sea_orm(column_name = "phone_2")]
        pub phone_2: Option<String>,
        pub landline: Option<String>,
        pub address: Option<String>,
        pub preferred_locale: Option<String>,
        pub comment: Option<String>,
        pub merged_into_id: Option<Uuid>,
        pub created_at: DbTimestamp,
        pub updated_at: DbTimestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

/// People are found by names, documents and telephones.
pub(crate) const SEARCHABLE: Searchable = Searchable {
    kinds: &[Person::KIND],
    select: || keyed_by::<table::Entity>(table::Column::Name),
    key: KeyType::Text,
};

/// Selects every row of a table whose list is ordered by the name of the person in the column.
pub(crate) fn keyed_by_name<T: Table + Default>(person: T::Column) -> SelectStatement {
    let mut select = keyed::<T>(("person", table::Column::Name));
    join::<table::Entity>(&mut select, "person", ("entry", person));
    select
}

/// Reads the three columns of a document, of which all or none are set.
pub(crate) fn document(
    kind: Option<&str>,
    country: Option<&str>,
    number: Option<String>,
) -> Result<Option<Document>, StoreError> {
    match (kind, country, number) {
        (None, None, None) => Ok(None),
        (Some(kind), Some(country), Some(number)) => Ok(Some(Document {
            kind: read(Person::KIND, "document_type", kind, DocumentType::parse)?,
            country: read(Person::KIND, "document_country", country, Country::parse)?,
            number,
        })),
        _ => Err(corrupt(Person::KIND, "document is incomplete")),
    }
}

impl TryFrom<table::Model> for Person {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::new(row.id),
            version: row.version,
            document: document(
                row.document_type.as_deref(),
                row.document_country.as_deref(),
                row.document_number,
            )?,
            given_names: row.given_names,
            family_names: row.family_names,
            birth_date: row.birth_date,
            email: row.email,
            phone: row.phone,
            phone_2: row.phone_2,
            landline: row.landline,
            address: row.address,
            preferred_locale: read_opt(
                Self::KIND,
                "preferred_locale",
                row.preferred_locale.as_deref(),
                Locale::parse,
            )?,
            comment: row.comment,
            merged_into: row.merged_into_id.map(Id::new),
            created_at: moment(row.created_at),
            updated_at: moment(row.updated_at),
        })
    }
}

impl Mapped for Person {
    type Table = table::Entity;
    const VERSION: table::Column = table::Column::Version;

    fn row(&self, version: i64) -> table::Model {
        let document = self.document.as_ref();
        table::Model {
            id: self.id.raw(),
            version,
            document_type: document.map(|d| d.kind.code().to_owned()),
            document_country: document.map(|d| d.country.code().to_owned()),
            document_number: document.map(|d| d.number.clone()),
            given_names: self.given_names.clone(),
            family_names: self.family_names.clone(),
            name: self.name(),
            birth_date: self.birth_date,
            email: self.email.clone(),
            phone: self.phone.clone(),
            phone_2: self.phone_2.clone(),
            landline: self.landline.clone(),
            address: self.address.clone(),
            preferred_locale: self.preferred_locale.map(|l| l.code().to_owned()),
            comment: self.comment.clone(),
            merged_into_id: self.merged_into.map(Id::raw),
            created_at: stored(self.created_at),
            updated_at: stored(self.updated_at),
        }
    }

    async fn follow(&self, db: &impl ConnectionTrait, written: Written) -> Result<(), StoreError> {
        if written == Written::Updated { denormalized::refresh(db, self.id.raw()).await } else { Ok(()) }
    }
}

/// The record with this document, merged or not; locked until the end of the transaction.
pub(crate) async fn with_document(
    db: &impl ConnectionTrait,
    document: &Document,
) -> Result<Option<Person>, StoreError> {
    use table::{Column, Entity};
    let found = Entity::find()
        .filter(Column::DocumentType.eq(document.kind.code()))
        .filter(Column::DocumentCountry.eq(document.country.code()))
        .filter(Column::DocumentNumber.eq(document.number.as_str()))
        .lock_exclusive()
        .one(db)
        .await;
    found.map_err(failed(Person::KIND))?.map(TryInto::try_into).transpose()
}

/// A record, locked until the end of the transaction.
pub(crate) async fn locked(db: &impl ConnectionTrait, id: PersonId) -> Result<Option<Person>, StoreError> {
    let found = table::Entity::find_by_id(id.raw()).lock_exclusive().one(db).await;
    found.map_err(failed(Person::KIND))?.map(TryInto::try_into).transpose()
}
