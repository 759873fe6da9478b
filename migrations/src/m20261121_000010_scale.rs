//! Lists and search that cost the same at any size: an index for each filter in each order, and search words kept by
//! the week of their request, so that a page is cut inside the index.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, QueryResult, prelude::DateTime, prelude::Uuid},
};

use crate::{
    drop_tables,
    new_table::{
        Kind::{Id, Line, Moment, Number, Small},
        NewTable, add_index, drop_index,
    },
    words::digits_of,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const REQUEST: &str = "certification_request";
const OLD_REFERENCE: &[&str] = &["external_reference"];

/// Filters of the list with the orders that have no index yet.
const INDEXES: &[&[&str]] = &[
    &["payment_status", "updated_at", "id"],
    &["manager_id", "updated_at", "id"],
    &["doctor_id", "updated_at", "id"],
    &["service_id", "updated_at", "id"],
    &["promoter_id", "updated_at", "id"],
    &["registered_by", "updated_at", "id"],
    &["refund_due", "updated_at", "id"],
    &["external_reference", "created_at", "id"],
    &["external_reference", "updated_at", "id"],
    // What people look at every day: their own work in one stage.
    &["manager_id", "stage", "created_at", "id"],
    &["manager_id", "stage", "updated_at", "id"],
    &["doctor_id", "stage", "created_at", "id"],
    &["doctor_id", "stage", "updated_at", "id"],
];

/// Filters that say something about each other, for PostgreSQL, which else believes that there must be as many paid
/// requests without a manager as with one, and looks for them in the order of the list until its end.
const TOGETHER: &[(&str, &str)] = &[
    ("st_request_manager", "manager_id, stage, payment_status"),
    ("st_request_doctor", "doctor_id, stage, payment_status"),
    ("st_request_money", "stage, payment_status, refund_due"),
];

fn statistics(manager: &SchemaManager<'_>) -> &'static [(&'static str, &'static str)] {
    if manager.get_database_backend() == DbBackend::Postgres { TOGETHER } else { &[] }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for columns in INDEXES {
            add_index(manager, REQUEST, columns).await?;
        }
        for (name, columns) in statistics(manager) {
            let sql = format!("CREATE STATISTICS {name} (mcv) ON {columns} FROM {REQUEST}");
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        drop_index(manager, REQUEST, OLD_REFERENCE).await?;
        NewTable::named("request_word", manager)
            // The week in which the request was registered, counted from the first of 1970.
            .col("week_bucket", Small)
            .col("word", Line(100))
            .col("created_at", Moment)
            .col("request_id", Id)
            // A bit for the beginning of each of the request's words: most requests without a second word are told
            // apart by it without being looked up.
            .col("prefix_bloom", Number)
            .primary_key(&["week_bucket", "word", "created_at", "request_id", "prefix_bloom"])
            .index(&["request_id", "word"])
            .refers("request_id", REQUEST)
            .create()
            .await?;
        move_words(manager).await?;
        drop_tables(manager, &["search_word"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        NewTable::named("search_word", manager)
            .col("word", Line(100))
            .col("request_id", Id)
            .primary_key(&["word", "request_id"])
            .index(&["request_id"])
            .refers("request_id", REQUEST)
            .create()
            .await?;
        let words = Query::select().distinct().columns(["word", "request_id"]).from("request_word").take();
        let mut back = Query::insert().into_table("search_word").columns(["word", "request_id"]).take();
        back.select_from(words).map_err(|error| DbErr::Custom(error.to_string()))?;
        manager.execute(back).await?;
        drop_tables(manager, &["request_word"]).await?;
        for (name, _) in statistics(manager) {
            manager.get_connection().execute_unprepared(&format!("DROP STATISTICS {name}")).await?;
        }
        add_index(manager, REQUEST, OLD_REFERENCE).await?;
        // A foreign key may lean on any index that begins with its column, and MariaDB lets the last one of them not
        // go; those of the first migrations stay.
        for columns in INDEXES {
            drop_index(manager, REQUEST, columns).await?;
        }
        Ok(())
    }
}

/// Requests whose words are moved at a time.
const BATCH: u64 = 500;

/// Moves the words to the new table, with what they were not found by before: telephones, and the code without
/// separators.
async fn move_words(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let mut last = None;
    loop {
        let requests = db.query_all(&requests_after(last)).await?;
        let ids: Vec<Uuid> = requests.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?;
        let Some(end) = ids.last() else { return Ok(()) };
        last = Some(*end);
        let mut words: BTreeMap<Uuid, BTreeSet<String>> = BTreeMap::new();
        let known = Query::select()
            .columns(["word", "request_id"])
            .from("search_word")
            .and_where(Expr::col("request_id").is_in(ids))
            .take();
        for row in db.query_all(&known).await? {
            words.entry(row.try_get("", "request_id")?).or_default().insert(row.try_get("", "word")?);
        }
        let mut rows = Vec::new();
        for row in &requests {
            let id: Uuid = row.try_get("", "id")?;
            rows.extend(rows_of(id, row, words.remove(&id).unwrap_or_default())?);
        }
        // SQLite takes at most 32,766 parameters a statement.
        for chunk in rows.chunks(1000) {
            let mut insert = Query::insert()
                .into_table("request_word")
                .columns(["week_bucket", "word", "created_at", "request_id", "prefix_bloom"])
                .take();
            for row in chunk {
                insert.values(row.clone()).map_err(|error| DbErr::Custom(error.to_string()))?;
            }
            manager.execute(insert).await?;
        }
    }
}

fn requests_after(last: Option<Uuid>) -> SelectStatement {
    let mut select = Query::select()
        .columns([("request", "id"), ("request", "code"), ("request", "created_at")])
        .from_as(REQUEST, "request")
        .order_by(("request", "id"), Order::Asc)
        .limit(BATCH)
        .take();
    for (alias, column) in [("client", "client_id"), ("guardian", "guardian_id")] {
        let on = Expr::col((alias, "id")).equals(("request", column));
        select.join_as(JoinType::LeftJoin, "person", alias, on);
        for phone in PHONES {
            select.expr_as(Expr::col((alias, phone)), format!("{alias}_{phone}"));
        }
    }
    if let Some(last) = last {
        select.and_where(Expr::col(("request", "id")).gt(last));
    }
    select
}

const PHONES: [&str; 3] = ["phone", "phone_2", "landline"];

fn rows_of(id: Uuid, row: &QueryResult, mut words: BTreeSet<String>) -> Result<Vec<Vec<Expr>>, DbErr> {
    let code: String = row.try_get("", "code")?;
    let created: DateTime = row.try_get("", "created_at")?;
    words.remove(&code.to_lowercase());
    let plain: String = code.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    words.insert(plain.trim_start_matches(|c: char| !c.is_ascii_digit()).to_owned());
    words.insert(plain);
    for part in ["client", "guardian"] {
        for phone in PHONES {
            let phone: Option<String> = row.try_get("", &format!("{part}_{phone}"))?;
            words.extend(phone.iter().flat_map(|phone| digits_of(phone)));
        }
    }
    words.retain(|word| !word.is_empty());
    let kin = words.iter().fold(0, |all, word| all | kin_of(word));
    let slice: i32 = created.and_utc().timestamp().div_euclid(604_800).try_into().unwrap_or_default();
    let row = |word: &String| vec![slice.into(), word.as_str().into(), created.into(), id.into(), kin.into()];
    Ok(words.iter().map(row).collect())
}

/// The bits of a word: one for its first two characters, one for its first three.
fn kin_of(word: &str) -> i64 {
    let mut bits = 0;
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for (position, c) in word.chars().take(3).enumerate() {
        for byte in u32::from(c).to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        match position {
            1 => bits |= 1_i64 << ((hash >> 32) % 31),
            2 => bits |= 1_i64 << (31 + (hash >> 32) % 32),
            _ => {}
        }
    }
    bits
}
