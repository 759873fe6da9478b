//! Requests made up: bodies near the examples and far from them, queries, headers, ids, callers.

use proptest::{
    collection::vec,
    option,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::{Index, select},
};
use serde_json::{Value, json};

use crate::contract::{NOBODY, Operation};

/// One request to an operation.
#[derive(Debug, Clone)]
pub(super) struct Shot {
    pub(super) caller: usize,
    pub(super) id: String,
    pub(super) query: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// Texts that trip up parsers, databases, printers and calendars.
const NASTY: &[&str] = &[
    "",
    " ",
    "\u{0}",
    "\u{7f}",
    "\u{1b}[2J",
    "\n",
    "\t",
    "\u{feff}",
    "\u{202e}txt",
    "\u{200b}",
    "\u{fffd}",
    "\u{1F600}",
    "👩‍⚕️",
    "e\u{301}",
    "ﷺ",
    "Ґалаґан",
    "中文",
    "İ",
    "ß",
    "ǅ",
    "'; DROP TABLE person; --",
    "%",
    "_",
    "\\",
    "null",
    "true",
    "-0",
    "0.00",
    "-1.00",
    "1e400",
    "999999999999.99",
    "9999999999999",
    "0.001",
    "NaN",
    "Infinity",
    "200.00",
    "PEN",
    "XXX",
    "JPY",
    "CASH",
    "DNI",
    "2026-11-21",
    "2026-11-22",
    "0000-00-00",
    "9999-12-31",
    "2026-02-30",
    "1850-01-01",
    "+262000-01-01",
    "2026-11-21T00:00:00Z",
    "EDIT",
    "REGISTER_PAYMENT",
    "FIT",
    NOBODY,
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "{{7*7}}",
    "a@b.c",
    "+51 987 654 321",
];

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        4 => select(NASTY).prop_map(str::to_owned),
        2 => any::<String>(),
        1 => "[ -~]{0,40}",
        1 => (select(NASTY), 1_usize..3000).prop_map(|(text, count)| text.repeat(count).chars().take(6000).collect()),
    ]
    .boxed()
}

fn json_value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((text(), inner), 0..5).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}

/// What is done to one place of an example.
#[derive(Debug, Clone)]
enum Change {
    Drop,
    Replace(Value),
    Add(String, Value),
}

fn change() -> BoxedStrategy<Change> {
    prop_oneof![
        2 => Just(Change::Drop),
        5 => text().prop_map(|text| Change::Replace(text.into())),
        2 => json_value().prop_map(Change::Replace),
        1 => (text(), json_value()).prop_map(|(name, value)| Change::Add(name, value)),
    ]
    .boxed()
}

/// Pointers to everything inside a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut below = |name: &str, inner: &Value| {
        let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        places(inner, &pointer, found);
        found.push(pointer);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, inner)| below(name, inner)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| below(&index.to_string(), inner));
        }
        _ => {}
    }
}

fn mutate(mut value: Value, changes: &[(Index, Change)]) -> Value {
    for (index, change) in changes {
        let mut found = Vec::new();
        places(&value, "", &mut found);
        if found.is_empty() {
            found.push(String::new());
        }
        let pointer = index.get(&found);
        let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
        match change {
            Change::Drop => match value.pointer_mut(parent) {
                Some(Value::Object(members)) => {
                    members.remove(name);
                }
                Some(Value::Array(items)) => items.clear(),
                _ => {}
            },
            Change::Replace(with) => {
                if let Some(place) = value.pointer_mut(pointer) {
                    *place = with.clone();
                }
            }
            Change::Add(name, with) => {
                if let Some(Value::Object(members)) = value.pointer_mut(parent) {
                    members.insert(name.clone(), with.clone());
                }
            }
        }
    }
    value
}

fn body(operation: &Operation, known: &[(&str, String)]) -> BoxedStrategy<Vec<u8>> {
    let bytes = |value: Value| value.to_string().into_bytes();
    let Some(mut example) = operation.example() else {
        return prop_oneof![Just(Vec::new()), vec(any::<u8>(), 0..40)].boxed();
    };
    for (name, id) in known {
        if let Some(place) = example.get_mut(name) {
            *place = json!(id);
        }
    }
    let near =
        vec((any::<Index>(), change()), 0..4).prop_map(move |changes| mutate(example.clone(), &changes));
    let cut = (near.clone(), any::<Index>()).prop_map(move |(value, at)| {
        let mut text = bytes(value);
        text.truncate(at.index(text.len() + 1));
        text
    });
    prop_oneof![
        8 => near.prop_map(bytes),
        3 => json_value().prop_map(bytes),
        1 => cut,
        1 => vec(any::<u8>(), 0..200),
    ]
    .boxed()
}

/// Everything but letters and digits as `%XX`.
fn escape(text: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(byte).collect()
}

fn query(operation: &Operation) -> BoxedStrategy<String> {
    let mut names = operation.parameters("query");
    names.push("nonsense".to_owned());
    let short = text().prop_map(|text| text.chars().take(300).collect::<String>());
    let pair = (select(names), short).prop_map(|(name, value)| format!("{name}={}", escape(&value)));
    let pairs = vec(pair, 0..3).prop_map(|pairs| pairs.join("&"));
    let raw = "[!-\"$-~]{0,30}".prop_map(|raw| raw.replace('%', "%25"));
    prop_oneof![5 => Just(String::new()), 4 => pairs, 1 => raw]
        .prop_map(|query| if query.is_empty() { query } else { format!("?{query}") })
        .boxed()
}

/// A header: there so often, and then mostly one that is fine.
fn header(
    name: &'static str,
    there: f64,
    good: &'static [&'static str],
) -> BoxedStrategy<Option<(String, String)>> {
    let value = prop_oneof![9 => select(good).prop_map(str::to_owned), 1 => "[ -~]{0,300}"];
    option::weighted(there, value.prop_map(move |value| (name.to_owned(), value))).boxed()
}

fn headers() -> BoxedStrategy<Vec<(String, String)>> {
    let kinds = &["application/json", "application/json", "application/json; charset=utf-8"];
    let tags = &["*", "*", "*", "\"v1-00000000\"", "W/\"v3-00000000\"", "\"v9223372036854775807-00000000\""];
    let key = "[a-z]{6}".prop_map(|key| ("idempotency-key".to_owned(), key));
    (
        header("content-type", 0.97, kinds),
        header("if-match", 0.9, tags),
        prop_oneof![
            4 => option::weighted(0.9, key),
            1 => header("idempotency-key", 0.9, &["\"a\"", "a", "\"with blank\""]),
        ],
        header("accept", 0.1, &["*/*", "application/json", "text/html"]),
        header("if-none-match", 0.3, &["*", "\"x\"", "W/\"v1-00000000\""]),
        header("accept-language", 0.3, &["uk", "es-PE,es;q=0.9", "xx"]),
    )
        .prop_map(|(a, b, c, d, e, f)| [a, b, c, d, e, f].into_iter().flatten().collect())
        .boxed()
}

/// Requests to an operation, about things that are there and things that are not; `known` are members of bodies with
/// ids of this clinic.
pub(super) fn shot(
    operation: &Operation,
    ids: &[String],
    known: &[(&str, String)],
    callers: usize,
) -> BoxedStrategy<Shot> {
    let id = prop_oneof![
        8 => select(ids.to_vec()),
        1 => Just(NOBODY.to_owned()),
        1 => text().prop_map(|text| {
            let short: String = text.chars().take(60).collect();
            // An empty segment would be another address.
            if short.is_empty() { "x".to_owned() } else { escape(&short) }
        }),
    ];
    // The first two are nobody and an auditor, who come no further than the gate.
    let caller = prop_oneof![1 => 0..2_usize, 7 => 2..callers];
    (caller, id, query(operation), headers(), body(operation, known))
        .prop_map(|(caller, id, query, headers, body)| Shot { caller, id, query, headers, body })
        .boxed()
}
