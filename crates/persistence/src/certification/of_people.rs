//! What of certification refers to people.

use chrono::{DateTime, Utc};
use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _,
    certification::{Certificate, Certification},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use super::{
    certificate,
    request::table::{Column, Entity},
};
use crate::{
    error::failed,
    people::{PersonReference, uses::point},
    query::rows_with,
};

/// Requests and certificates.
pub(super) const PERSON_REFERENCES: &[PersonReference] = &[
    PersonReference {
        name: "as_client",
        rows: |person| rows_with::<Entity>(Column::ClientId, person),
        joined: None,
        inside: false,
    },
    PersonReference {
        name: "as_guardian",
        rows: |person| rows_with::<Entity>(Column::GuardianId, person),
        joined: None,
        inside: false,
    },
    PersonReference {
        name: "certificates",
        rows: |person| {
            rows_with::<certificate::table::Entity>(certificate::table::Column::HolderPersonId, person)
        },
        joined: None,
        inside: false,
    },
];

/// Gives requests and certificates to somebody else.
pub(super) async fn give(
    db: &impl ConnectionTrait,
    from: Uuid,
    into: Uuid,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    use certificate::table as certificate;
    for part in [Column::ClientId, Column::GuardianId] {
        point::<Entity>(db, Certification::KIND, part, (from, into), at).await?;
    }
    // What a certificate prints is its own and stays; so does its version.
    certificate::Entity::update_many()
        .col_expr(certificate::Column::HolderPersonId, Expr::value(into))
        .filter(certificate::Column::HolderPersonId.eq(from))
        .exec(db)
        .await
        .map(drop)
        .map_err(failed(Certificate::KIND))
}
