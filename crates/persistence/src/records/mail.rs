//! Mails on their way. Each attempt is taken by compare-and-swap on the number of attempts before it.

use chrono::{DateTime, Utc};
use medcert_application::{
    mail::LetterKind,
    store::{DeliveryOutcome, QueuedMail, StoreError},
};
use medcert_domain::Locale;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Value},
};
use uuid::Uuid;

use crate::{
    column::{corrupt, count, moment, read, stored},
    db_timestamp::DbTimestamp,
    error::failed,
    mapped::{Table, add},
};

const KIND: &str = "mail message";

#[expect(unreachable_pub, reason = "the derived entity is public, and its model must be no less")]
pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    use crate::db_timestamp::DbTimestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mail_message")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub created_at: DbTimestamp,
        pub letter: String,
        pub subject_id: Option<Uuid>,
        pub locale: String,
        pub recipient: Option<String>,
        pub attempts: i32,
        pub due_at: Option<DbTimestamp>,
        pub delivered_at: Option<DbTimestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{Column, Entity};

impl Table for Entity {
    const ID: Column = Column::Id;
}

fn attempts(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Puts a mail into the queue.
pub(crate) async fn queue(db: &impl ConnectionTrait, mail: &QueuedMail) -> Result<(), StoreError> {
    let row = table::Model {
        id: mail.id,
        created_at: stored(mail.created_at),
        letter: mail.letter.code().to_owned(),
        subject_id: mail.subject,
        locale: mail.locale.code().to_owned(),
        recipient: Some(mail.recipient.clone()),
        attempts: attempts(mail.attempts),
        due_at: Some(stored(mail.due_at)),
        delivered_at: None,
    };
    add::<Entity>(db, KIND, vec![row]).await
}

fn queued(row: table::Model) -> Result<QueuedMail, StoreError> {
    let missing = |what: &'static str| move || corrupt(KIND, what);
    Ok(QueuedMail {
        id: row.id,
        created_at: moment(row.created_at),
        letter: read(KIND, "letter", &row.letter, LetterKind::parse)?,
        subject: row.subject_id,
        locale: read(KIND, "locale", &row.locale, Locale::parse)?,
        recipient: row.recipient.ok_or_else(missing("recipient"))?,
        attempts: count(KIND, "attempts", row.attempts.into())?,
        due_at: moment(row.due_at.ok_or_else(missing("due_at"))?),
    })
}

/// What is due, the longest waiting first.
pub(crate) async fn due(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<QueuedMail>, StoreError> {
    let rows = Entity::find()
        .filter(Column::DueAt.lte(stored(now)))
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(db)
        .await
        .map_err(failed(KIND))?;
    rows.into_iter().map(queued).collect()
}

/// Takes a mail until then; false when somebody else was faster.
pub(crate) async fn take(
    db: &impl ConnectionTrait,
    mail: &QueuedMail,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = Entity::update_many()
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::DueAt, Expr::val(stored(until)))
        .filter(Column::Id.eq(mail.id))
        .filter(Column::Attempts.eq(attempts(mail.attempts)))
        .filter(Column::DueAt.eq(stored(mail.due_at)))
        .exec(db)
        .await
        .map_err(failed(KIND))?;
    Ok(done.rows_affected == 1)
}

/// Writes down what came of the attempt.
pub(crate) async fn settle(
    db: &impl ConnectionTrait,
    id: Uuid,
    attempt: u32,
    fate: DeliveryOutcome,
) -> Result<(), StoreError> {
    let mut update =
        Entity::update_many().filter(Column::Id.eq(id)).filter(Column::Attempts.eq(attempts(attempt)));
    update = match fate {
        DeliveryOutcome::Later(due) => update.col_expr(Column::DueAt, Expr::val(stored(due))),
        DeliveryOutcome::Delivered(_) | DeliveryOutcome::GivenUp => update
            .col_expr(Column::DueAt, Expr::val(None::<DbTimestamp>))
            .col_expr(Column::Recipient, Expr::val(Value::String(None))),
    };
    if let DeliveryOutcome::Delivered(at) = fate {
        update = update.col_expr(Column::DeliveredAt, Expr::val(stored(at)));
    }
    update.exec(db).await.map(drop).map_err(failed(KIND))
}

/// Removes what is done with: delivered before this moment, or given up and written before it; tells how many.
pub(crate) async fn forget(db: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let before = stored(before);
    let delivered = Condition::any().add(Column::DeliveredAt.is_null()).add(Column::DeliveredAt.lt(before));
    let gone = Entity::delete_many()
        .filter(Column::DueAt.is_null())
        // Nothing is delivered before it is written: this is what the index has.
        .filter(Column::CreatedAt.lt(before))
        .filter(delivered)
        .exec(db)
        .await;
    Ok(gone.map_err(failed(KIND))?.rows_affected)
}
