//! The table of certificates.

use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, Id, Locale,
    catalog::CertificateKind,
    certification::{Certificate, CertificateStatus, Conclusion, Holder},
    people::Relationship,
};

use crate::{
    audited_entity::keys::{KeyType, Searchable, keyed_by},
    column::{all_or_none, moment, read, read_opt, stored},
    mapped::{Mapped, Table},
};

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "certificate")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub number: String,
        pub public_id: String,
        pub request_id: Uuid,
        pub in_force: Option<i32>,
        pub kind: String,
        pub service_name: String,
        pub conclusion: String,
        pub restrictions: Option<String>,
        pub status: String,
        pub issued_at: DbTimestamp,
        pub issued_by: Uuid,
        pub valid_from: Date,
        pub valid_until: Date,
        pub evaluated_on: Date,
        pub holder_person_id: Uuid,
        pub holder_name: String,
        pub holder_document: String,
        pub holder_birth_date: Date,
        pub representative_name: Option<String>,
        pub representative_relationship: Option<String>,
        pub doctor_id: Uuid,
        pub doctor_name: String,
        pub licence_number: String,
        pub institution_name: String,
        pub locale: String,
        pub replaces_id: Option<Uuid>,
        pub replaced_by_id: Option<Uuid>,
        pub pdf_key: String,
        pub pdf_sha256: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl Table for table::Entity {
    const ID: table::Column = table::Column::Id;
}

/// Certificates are found by their holders, newest first.
pub(crate) const SEARCHABLE: Searchable = Searchable {
    kinds: &[Certificate::KIND],
    select: || keyed_by::<table::Entity>(table::Column::IssuedAt),
    key: KeyType::Moment,
};

impl TryFrom<table::Model> for Certificate {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let relationship = read_opt(
            Self::KIND,
            "representative_relationship",
            row.representative_relationship.as_deref(),
            Relationship::parse,
        )?;
        Ok(Self {
            id: Id::new(row.id),
            version: row.version,
            number: row.number,
            public_id: row.public_id,
            request: Id::new(row.request_id),
            kind: read(Self::KIND, "kind", &row.kind, CertificateKind::parse)?,
            service_name: row.service_name,
            conclusion: read(Self::KIND, "conclusion", &row.conclusion, Conclusion::parse)?,
            restrictions: row.restrictions,
            stored_status: read(Self::KIND, "status", &row.status, CertificateStatus::parse)?,
            issued_at: moment(row.issued_at),
            issued_by: Id::new(row.issued_by),
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            evaluated_on: row.evaluated_on,
            holder: Holder {
                person: Id::new(row.holder_person_id),
                name: row.holder_name,
                document: row.holder_document,
                birth_date: row.holder_birth_date,
            },
            represented_by: all_or_none(
                Self::KIND,
                "representative is incomplete",
                row.representative_name,
                relationship,
            )?,
            doctor: Id::new(row.doctor_id),
            doctor_name: row.doctor_name,
            licence_number: row.licence_number,
            institution_name: row.institution_name,
            locale: read(Self::KIND, "locale", &row.locale, Locale::parse)?,
            replaces: row.replaces_id.map(Id::new),
            replaced_by: row.replaced_by_id.map(Id::new),
            pdf_key: row.pdf_key,
            pdf_sha256: row.pdf_sha256,
        })
    }
}

impl Mapped for Certificate {
    type Table = table::Entity;
    const VERSION: table::Column = table::Column::Version;

    fn row(&self, version: i64) -> table::Model {
        let in_force = matches!(self.stored_status, CertificateStatus::Valid | CertificateStatus::Suspended);
        table::Model {
            id: self.id.raw(),
            version,
            number: self.number.clone(),
            public_id: self.public_id.clone(),
            request_id: self.request.raw(),
            in_force: in_force.then_some(1),
            kind: self.kind.code().to_owned(),
            service_name: self.service_name.clone(),
            conclusion: self.conclusion.code().to_owned(),
            restrictions: self.restrictions.clone(),
            status: self.stored_status.code().to_owned(),
            issued_at: stored(self.issued_at),
            issued_by: self.issued_by.raw(),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            evaluated_on: self.evaluated_on,
            holder_person_id: self.holder.person.raw(),
            holder_name: self.holder.name.clone(),
            holder_document: self.holder.document.clone(),
            holder_birth_date: self.holder.birth_date,
            representative_name: self.represented_by.as_ref().map(|(name, _)| name.clone()),
            representative_relationship: self
                .represented_by
                .as_ref()
                .map(|(_, relationship)| relationship.code().to_owned()),
            doctor_id: self.doctor.raw(),
            doctor_name: self.doctor_name.clone(),
            licence_number: self.licence_number.clone(),
            institution_name: self.institution_name.clone(),
            locale: self.locale.code().to_owned(),
            replaces_id: self.replaces.map(Id::raw),
            replaced_by_id: self.replaced_by.map(Id::raw),
            pdf_key: self.pdf_key.clone(),
            pdf_sha256: self.pdf_sha256.clone(),
        }
    }
}
