//! What one request adds to which cells.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Bucket, Cell, Detail, Dimensions, Figure};
use crate::{
    Currency, StaffId,
    billing::Settlement,
    certification::{AssignmentRole, Certification, Ending},
};

/// What a request adds to which cells, with `day_of` telling the institution's day of a moment. Cells may repeat.
pub fn contributions(
    request: &Certification,
    day_of: &impl Fn(DateTime<Utc>) -> NaiveDate,
) -> Vec<(Cell, i64)> {
    let of = Dimensions {
        stage: Some(request.stage),
        currency: request.settlement.currency(),
        service: request.service,
        promoter: request.promoter,
        manager: request.manager(),
        doctor: request.doctor(),
        operator: request.operator,
    };
    let mut cells = vec![(cell(Figure::Requests, day_of(request.created_at), of, Detail::None), 1)];
    let ended = match request.ending {
        Ending::Open => None,
        Ending::Closed { at, .. } => Some((Figure::Closed, at)),
        Ending::Cancelled { at, .. } => Some((Figure::Cancelled, at)),
    };
    if let Some((figure, at)) = ended {
        let credit = Dimensions {
            manager: assigned_at(request, AssignmentRole::Manager, at),
            doctor: assigned_at(request, AssignmentRole::Doctor, at),
            ..of
        };
        cells.push((cell(figure, day_of(at), credit, Detail::None), 1));
    }
    for certificate in &request.certificates {
        let at = certificate.issued_at;
        let credit = Dimensions {
            manager: assigned_at(request, AssignmentRole::Manager, at),
            doctor: Some(certificate.doctor),
            ..of
        };
        cells.push((cell(Figure::Issued, day_of(at), credit, Detail::None), 1));
    }
    for passage in request.trace.passages.iter().filter(|passage| passage.stage.is_open()) {
        let spent = Bucket::of((passage.left - passage.entered).num_seconds());
        let detail = Detail::Left(passage.stage, spent);
        cells.push((cell(Figure::Passages, day_of(passage.left), of, detail), 1));
    }
    for waiver in &request.trace.waivers {
        cells.push((cell(Figure::Waivers, day_of(waiver.at), of, Detail::By(waiver.by)), 1));
    }
    money(of, &request.settlement, day_of, &mut cells);
    cells
}

/// What the ledger lines of an erased request add: money stays where and when it was, and belongs to nothing else.
pub fn ledger(settlement: &Settlement, day_of: &impl Fn(DateTime<Utc>) -> NaiveDate) -> Vec<(Cell, i64)> {
    let mut cells = vec![];
    money(Dimensions::default(), settlement, day_of, &mut cells);
    cells
}

fn cell(figure: Figure, day: NaiveDate, of: Dimensions, detail: Detail) -> Cell {
    Cell { figure, day, of, detail }
}

/// Who played the part at that moment.
fn assigned_at(request: &Certification, role: AssignmentRole, at: DateTime<Utc>) -> Option<StaffId> {
    let then = request.assignments.iter().rev().find(|assignment| {
        assignment.role == role
            && assignment.assigned_at <= at
            && assignment.ended_at.is_none_or(|ended| ended > at)
    });
    then.map(|assignment| assignment.staff)
}

fn money(
    of: Dimensions,
    settlement: &Settlement,
    day_of: &impl Fn(DateTime<Utc>) -> NaiveDate,
    cells: &mut Vec<(Cell, i64)>,
) {
    let in_currency = |currency: Currency| Dimensions { currency: Some(currency), ..of };
    let mut first: Option<(NaiveDate, Currency)> = None;
    for payment in &settlement.payments {
        let of = in_currency(payment.money.currency);
        if let Some(voided) = &payment.voided {
            let (day, by) = (day_of(voided.at), Detail::By(voided.by));
            cells.push((cell(Figure::Voids, day, of, by), 1));
            cells.push((cell(Figure::Voided, day, of, by), payment.money.minor));
        } else if payment.validated.is_some() {
            cells.push((cell(Figure::Paid, payment.paid_on, of, Detail::None), payment.money.minor));
            let candidate = (payment.paid_on, payment.money.currency);
            first = Some(first.map_or(candidate, |known| known.min(candidate)));
        }
    }
    if let Some((day, currency)) = first {
        cells.push((cell(Figure::Paying, day, in_currency(currency), Detail::None), 1));
    }
    for refund in &settlement.refunds {
        let (of, by) = (in_currency(refund.money.currency), Detail::By(refund.by));
        cells.push((cell(Figure::Refunds, refund.paid_on, of, by), 1));
        cells.push((cell(Figure::Refunded, refund.paid_on, of, by), refund.money.minor));
    }
}
