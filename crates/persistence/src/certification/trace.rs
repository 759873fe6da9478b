//! What a request went through, as the text of one column: it is read and written with its request, and nobody
//! searches in it.

use chrono::{DateTime, Utc};
use medcert_application::store::StoreError;
use medcert_domain::{
    Entity as _, Id,
    certification::{Certification, Passage, Stage, Trace, Waiver},
};
use uuid::Uuid;

use crate::column::corrupt;

/// One line each: `passage REGISTERED <from> <until>` and `waiver <account> <at>`, moments in microseconds since 1970.
pub(crate) fn text(trace: &Trace) -> Option<String> {
    let passages = trace.passages.iter().map(|p| {
        format!("passage {} {} {}", p.stage, p.entered.timestamp_micros(), p.left.timestamp_micros())
    });
    let waivers = trace.waivers.iter().map(|w| format!("waiver {} {}", w.by, w.at.timestamp_micros()));
    let lines: Vec<String> = passages.chain(waivers).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The trace in a column.
pub(crate) fn parsed(text: Option<&str>) -> Result<Trace, StoreError> {
    let mut trace = Trace::default();
    for line in text.unwrap_or_default().lines() {
        add(&mut trace, line).ok_or_else(|| corrupt(Certification::KIND, "trace"))?;
    }
    Ok(trace)
}

fn moment(micros: &str) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros.parse().ok()?)
}

fn add(trace: &mut Trace, line: &str) -> Option<()> {
    let fields: Vec<&str> = line.split(' ').collect();
    match fields.as_slice() {
        ["passage", stage, entered, left] => {
            let (stage, entered, left) = (Stage::parse(stage)?, moment(entered)?, moment(left)?);
            trace.passages.push(Passage { stage, entered, left });
        }
        ["waiver", by, at] => {
            trace.waivers.push(Waiver { by: Id::new(Uuid::try_parse(by).ok()?), at: moment(at)? });
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_come_back() {
        let at = |micros| DateTime::from_timestamp_micros(micros).unwrap();
        let left = |stage, entered, left| Passage { stage, entered: at(entered), left: at(left) };
        let trace = Trace {
            passages: vec![
                left(Stage::Registered, -1, 2),
                left(Stage::ManagerAssigned, 2, 1_795_000_000_123_456),
            ],
            waivers: vec![Waiver { by: Id::new(Uuid::from_u128(7)), at: at(3) }],
        };
        assert_eq!(parsed(text(&trace).as_deref()).unwrap(), trace);
        assert_eq!(text(&Trace::default()), None);
        assert_eq!(parsed(None).unwrap(), Trace::default());
        for wrong in ["passage PAID 1", "passage NOWHERE 1 2", "waiver x 1", "other"] {
            assert!(matches!(parsed(Some(wrong)), Err(StoreError::Corrupt { .. })), "{wrong}");
        }
    }
}
