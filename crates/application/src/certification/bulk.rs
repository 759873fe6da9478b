//! One action on many requests: each in a unit of work of its own, through the same use case as a single one.

use medcert_domain::{
    Id, Invalid,
    certification::{Action, Certification},
    policy::Actor,
};

use super::{
    Answer, Attempt, Encode, Payload,
    act::{act, moves_money},
    may_somewhere,
};
use crate::{App, Conditions, Error, IdempotencyKey, IfMatch, idempotent::idempotent, input::Input};

/// Requests in one call at the most: the work of a call stays bounded.
pub const BULK_MOST: usize = 200;

/// One request of a call.
pub struct BulkItem<'a> {
    /// The request.
    pub id: Id<Certification>,
    /// The version the caller has seen.
    pub version: i64,
    /// What is to be done.
    pub input: &'a dyn Input<Payload>,
}

/// Whether an action can be done to many at once: never what attests, overrules or erases, each of which is one
/// person's decision about one request.
pub const fn in_bulk(action: Action) -> bool {
    use Action::{Delete, Issue, Override, RecordEvaluation, Register};
    !matches!(action, Register | RecordEvaluation | Issue | Delete | Override)
}

/// Does the action to each request, in the order given, and tells what came of each.
///
/// With a key, a repeated call answers each request that was done from its stored answer and tries the others again,
/// so that a call that broke off is continued by repeating it.
pub async fn bulk(
    app: &App,
    actor: &Actor,
    action: Action,
    items: &[BulkItem<'_>],
    key: Option<&IdempotencyKey>,
    encode: &Encode,
) -> Result<Vec<Result<Answer, Error>>, Error> {
    may_somewhere(app, actor, action).await?;
    if !in_bulk(action) {
        let message = format!("{action} is done to one request at a time");
        return Err(Invalid::one("/action", "not-in-bulk", message).into());
    }
    match key {
        None if moves_money(action) => return Err(Error::IdempotencyKeyMissing),
        None => {}
        Some(key) => bind(app, key).await?,
    }
    let mut answers = Vec::with_capacity(items.len());
    for (position, item) in items.iter().enumerate() {
        let conditions = Conditions {
            if_match: IfMatch::Version(item.version),
            idempotency: key.map(|key| part(key, position)),
        };
        let attempt = Attempt { id: item.id, conditions: &conditions, input: item.input, encode };
        // Boxed: the future holds the whole request in several states.
        answers.push(Box::pin(act(app, actor, action, attempt)).await);
    }
    Ok(answers)
}

/// Binds a key to its payload before the parts of a call are done one by one: whoever sends the key with another
/// payload is told so at once, whichever parts were done.
async fn bind(app: &App, key: &IdempotencyKey) -> Result<(), Error> {
    let conditions = Conditions { if_match: IfMatch::Absent, idempotency: Some(key.clone()) };
    idempotent(app, &conditions, 200, &|()| String::new(), async |_| Ok(())).await.map(drop)
}

/// The key of one part of a call.
fn part(whole: &IdempotencyKey, position: usize) -> IdempotencyKey {
    IdempotencyKey { scope: format!("{} #{position}", whole.scope), ..whole.clone() }
}
