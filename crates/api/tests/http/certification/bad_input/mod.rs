//! Bad values in every body: the exact problem, and nothing changed by it.
//!
//! Each form is a good body with what is known of its fields; one fault at a time is made from it, and at last the
//! same body with every text as long as it may be, which must be taken.

mod forms;
mod registering;
mod special;

use medcert_testkit::{Actors, Answered, Caller, Clinic};
use serde_json::{Value, json};

use super::invalid;

const UNKNOWN: &str = "01940000-0000-7000-8000-0000000000ff";

/// What may stand in a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A text of so many characters that may span lines.
    Note(usize),
    /// A line of so many characters.
    Line(usize),
    /// A word of a vocabulary.
    Word,
    /// A day.
    Date,
    /// The identifier of something that must be there.
    Id,
    /// An amount.
    Amount,
    /// A currency.
    Currency,
}
use Kind::{Amount, Currency, Date, Id, Line, Note, Word};

/// A field by its pointer, and whether it must be there.
struct Field {
    pointer: &'static str,
    kind: Kind,
    required: bool,
}

const fn must(pointer: &'static str, kind: Kind) -> Field {
    Field { pointer, kind, required: true }
}

const fn may(pointer: &'static str, kind: Kind) -> Field {
    Field { pointer, kind, required: false }
}

/// One refused value: what is put into the field (nothing: the field is left out), where the fault is told, its code.
type Fault = (Option<Value>, &'static str);

impl Field {
    fn faults(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = vec![
            (Some(json!(5)), "type"),
            (Some(json!(true)), "type"),
            (Some(json!(["x"])), "type"),
            (Some(json!({"x": 1})), "type"),
        ];
        let empty = match self.kind {
            Note(_) | Line(_) => "blank",
            Word | Currency => "unknown-value",
            Date => "date",
            Id => "uuid",
            Amount => "amount",
        };
        if self.required {
            faults.extend([(None, "required"), (Some(Value::Null), "required"), (Some(json!("")), empty)]);
            faults.push((Some(json!("   ")), empty));
        }
        let all = |texts: &[&str], code: &'static str| -> Vec<Fault> {
            texts.iter().map(|text| (Some(json!(text)), code)).collect()
        };
        faults.extend(match self.kind {
            Note(most) => {
                let mut more = all(&["a\u{7}b", "a\u{0}b", "a\u{202E}b", "a\rb"], "control-character");
                more.push((Some(json!("x".repeat(most + 1))), "too-long"));
                more.push((Some(json!("ї".repeat(most + 1))), "too-long"));
                more
            }
            Line(most) => {
                let mut more = all(&["a\u{7}b", "a\nb", "a\tb", "a\u{202E}b"], "control-character");
                more.push((Some(json!("x".repeat(most + 1))), "too-long"));
                more
            }
            Word => all(&["FORGED", "cash", "ACTIVE;"], "unknown-value"),
            Date => {
                all(&["2026-02-30", "2026-13-01", "21.11.2026", "2026-11-21T00:00:00Z", "0000-00-00"], "date")
            }
            Id => {
                let mut more = all(&["1", "x", "01940000000070008000000000000001"], "uuid");
                more.extend(all(&[UNKNOWN], "unknown"));
                more
            }
            Amount => {
                all(&["1,00", "-1.00", "+1", "1e2", "1.001", "1000000000000.00", " 1", "0x10"], "amount")
            }
            Currency => all(&["pen", "PE", "SOLES", "XXX"], "unknown-value"),
        });
        faults
    }

    /// The longest that is taken.
    fn longest(&self) -> Option<Value> {
        match self.kind {
            // Characters count, not bytes; line breaks are characters of a note.
            Note(most) => Some(json!(format!("{}\nж", "ї".repeat(most - 2)))),
            Line(most) => Some(json!("ї".repeat(most))),
            _ => None,
        }
    }
}

/// Puts a value where the pointer leads, or takes the field away.
fn put(body: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = body.pointer_mut(parent).expect("a parent");
    match (parent, value) {
        (Value::Object(members), Some(value)) => {
            members.insert(name.to_owned(), value);
        }
        (Value::Object(members), None) => {
            members.remove(name);
        }
        (Value::Array(items), Some(value)) => items[name.parse::<usize>().expect("an index")] = value,
        _ => panic!("{pointer} leads nowhere"),
    }
}

/// What a form is sent with.
struct Form<'a> {
    actors: &'a Actors,
    caller: &'a Caller,
    method: &'static str,
    path: String,
    good: Value,
    fields: Vec<Field>,
    /// Objects that refuse unknown fields, by pointer.
    objects: &'static [&'static str],
}

impl Form<'_> {
    async fn send(&self, body: &Value) -> Answered {
        let key = format!("key-{}", self.actors.next());
        let headers = [("idempotency-key", key.as_str()), ("if-match", "*")];
        self.caller.json(self.method, &self.path, &headers, body).await
    }

    /// Sends every fault alone; gives how many.
    async fn refuse_all(&self) -> usize {
        let mut sent = 0;
        for field in &self.fields {
            for (value, code) in field.faults() {
                let mut body = self.good.clone();
                put(&mut body, field.pointer, value.clone());
                let answer = self.send(&body).await;
                let summary = answer.faults();
                let expected = vec![(field.pointer.to_owned(), code.to_owned())];
                let what = format!("{} {} {value:?}", self.path, field.pointer);
                assert_eq!((answer.status, summary), (422, expected), "{what}: {}", answer.body);
                sent += 1;
            }
        }
        for object in self.objects {
            let mut body = self.good.clone();
            let pointer = format!("{object}/forged~name");
            put(&mut body, &pointer, Some(json!(1)));
            invalid(&self.send(&body).await, &[(&format!("{object}/forged~0name"), "unknown-field")]);
            sent += 1;
        }
        for body in [json!([self.good]), json!("x"), json!(5), json!(null)] {
            invalid(&self.send(&body).await, &[("", "type")]);
            sent += 1;
        }
        sent
    }

    /// Sends the body with every text as long as it may be.
    async fn take_longest(&self) -> Value {
        let mut body = self.good.clone();
        for field in &self.fields {
            if let Some(longest) = field.longest() {
                put(&mut body, field.pointer, Some(longest));
            }
        }
        let answer = self.send(&body).await;
        assert!((200..300).contains(&answer.status), "{}: {}", self.path, answer.body);
        answer.body
    }
}

/// The address of an action.
fn address(id: &str, action: &str) -> String {
    let path = format!("/api/v1/certification-requests/{id}");
    if action.is_empty() { path } else { format!("{path}/{action}") }
}

/// Everything that may not move: all rows that a change would write.
async fn everything(clinic: &Clinic) -> Vec<i64> {
    let mut counts = clinic.numbers("SELECT version FROM certification_request ORDER BY id").await;
    for table in ["history_entry", "outbox_message", "person", "promoter", "idempotency_key", "payment"] {
        counts.extend(clinic.numbers(&format!("SELECT COUNT(*) FROM {table}")).await);
    }
    let written = "SELECT COUNT(*) FROM audit_event WHERE action LIKE 'certification.%' AND outcome = 'ok' \
                   AND action <> 'certification.read'";
    counts.extend(clinic.numbers(written).await);
    counts
}
