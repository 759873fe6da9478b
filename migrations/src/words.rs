//! Words by which entries that are there already are found, as the program wrote them when these steps were made.

use std::collections::BTreeSet;

use sea_orm_migration::{prelude::*, sea_orm::prelude::Uuid};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Entries whose words are written at a time.
const BATCH: u64 = 500;

/// The entries of a directory, and the columns that tell their words.
pub(crate) struct Entries<'c> {
    /// Their kind.
    pub(crate) kind: &'static str,
    /// Selects the columns.
    pub(crate) select: SelectStatement,
    /// Table and column of the identifier.
    pub(crate) id: (&'static str, &'static str),
    /// Columns of names, documents and addresses.
    pub(crate) texts: &'c [&'static str],
    /// Columns of telephone numbers.
    pub(crate) phones: &'c [&'static str],
}

/// Writes the words of every entry.
pub(crate) async fn index(manager: &SchemaManager<'_>, entries: Entries<'_>) -> Result<(), DbErr> {
    let Entries { kind, select, id, texts, phones } = entries;
    let db = manager.get_connection();
    let mut last: Option<Uuid> = None;
    loop {
        let mut part = select.clone();
        part.expr_as(Expr::col(id), "entry_id").order_by(id, Order::Asc).limit(BATCH);
        if let Some(last) = last {
            part.and_where(Expr::col(id).gt(last));
        }
        let rows = db.query_all(&part).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut found: Vec<(String, Uuid)> = Vec::new();
        for row in &rows {
            let entry: Uuid = row.try_get("", "entry_id")?;
            last = Some(entry);
            let mut all = BTreeSet::new();
            for column in texts {
                let text: Option<String> = row.try_get("", column)?;
                all.extend(text.iter().flat_map(|text| folded(text)));
            }
            for column in phones {
                let phone: Option<String> = row.try_get("", column)?;
                all.extend(phone.iter().flat_map(|phone| digits_of(phone)));
            }
            found.extend(all.into_iter().filter(|word| !word.is_empty()).map(|word| (word, entry)));
        }
        for chunk in found.chunks(1000) {
            let mut insert = Query::insert()
                .into_table("directory_word")
                .columns(["object_kind", "word", "object_id"])
                .take();
            for (word, entry) in chunk {
                insert
                    .values([kind.into(), word.as_str().into(), (*entry).into()])
                    .map_err(|error| DbErr::Custom(error.to_string()))?;
            }
            manager.execute(insert).await?;
        }
    }
}

/// The words of a text: folded as names are searched, of at most 100 characters each.
fn folded(text: &str) -> BTreeSet<String> {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(100).collect()).collect()
}

/// The form in which names that nobody tells apart are the same, of at most 511 characters.
pub(crate) fn alike(name: &str) -> String {
    let folded = fold(name);
    folded.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(511).collect()
}

/// Lower case, without accents and apostrophes, digraphs spelled out.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let joined = text.chars().filter(|c| !matches!(c, '\u{b4}' | '`'));
    for c in joined.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ł' => folded.push('l'),
            'ŧ' => folded.push('t'),
            'ı' => folded.push('i'),
            'ґ' => folded.push('г'),
            'ς' => folded.push('σ'),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ß' => folded.push_str("ss"),
            'þ' => folded.push_str("th"),
            '\u{307}' | '\'' | '\u{2b9}'..='\u{2bc}' | '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' => {}
            c => folded.push(c),
        }
    }
    folded
}

/// The number as it is dialled from abroad and at home.
pub(crate) fn digits_of(phone: &str) -> Vec<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let at_home = if phone.trim_start().starts_with('+') { country_code(&digits) } else { 0 };
    let national = digits.get(at_home..).unwrap_or_default().to_owned();
    vec![digits, national]
}

/// Digits of the country code a number begins with (ITU-T E.164).
fn country_code(digits: &str) -> usize {
    match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    }
}
