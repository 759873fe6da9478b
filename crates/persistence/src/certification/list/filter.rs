//! What a filter asks for, as conditions on a request.

use chrono::{DateTime, Utc};
use medcert_application::store::{RequestFilter, Sort};
use medcert_domain::{Id, billing::PaymentStatus, certification::Stage};
use sea_orm::{
    DbBackend, Value,
    sea_query::{Condition, ExprTrait},
};
use uuid::Uuid;

use super::{Column, col, order};
use crate::{
    certification::search_terms,
    column::stored,
    query::{TimeRange, walked},
};

/// Conditions of which one must hold. Each can be answered from an index that ends in the order of the list.
#[derive(Clone)]
pub(super) enum Choice {
    /// That a column has one of these values, each given once.
    Values(Column, Vec<Value>),
    /// That one of these columns has its value; several may.
    Columns(Vec<(Column, Value)>),
}

impl Choice {
    /// The alternatives, one by one.
    pub(super) fn each(&self) -> Vec<Equal> {
        match self {
            Self::Values(column, values) => values.iter().map(|value| (*column, value.clone())).collect(),
            Self::Columns(columns) => columns.clone(),
        }
    }

    /// All of it as one condition.
    pub(super) fn whole(&self) -> Condition {
        match self {
            Self::Values(column, values) if values.len() > 1 => {
                Condition::all().add(col(*column).is_in(values.iter().cloned()))
            }
            _ => self.each().iter().fold(Condition::any(), |any, one| any.add(equal(one))),
        }
    }

    /// Whether a request may be found by two of its alternatives.
    pub(super) fn overlaps(&self) -> bool {
        matches!(self, Self::Columns(columns) if columns.len() > 1)
    }
}

/// A column with the value that it has.
pub(super) type Equal = (Column, Value);

/// One value as an equality, which every optimiser but one can turn into the order of an index.
pub(super) fn equal((column, value): &Equal) -> Condition {
    Condition::all().add(col(*column).eq(value.clone()))
}

/// The same for MariaDB. Of an equality it makes a lookup by that column alone, and then walks from the beginning of
/// the list to the place where a page goes on; of a range it makes one that begins there, when the order names the
/// column as well.
pub(super) fn ranged((column, value): &Equal) -> Condition {
    Condition::all().add(col(*column).gte(value.clone())).add(col(*column).lte(value.clone()))
}

/// The columns of the index by which MariaDB is to find what has these values.
pub(super) fn leading(all: &[Equal]) -> Vec<Column> {
    let staged = all.iter().any(|(column, _)| matches!(column, Column::Stage));
    let Some((first, _)) = all.first() else { return vec![] };
    if matches!(first, Column::ManagerId | Column::DoctorId) && staged {
        return vec![*first, Column::Stage];
    }
    vec![*first]
}

/// A filter, taken apart.
pub(super) struct Parts {
    /// Equalities, those first that fewest requests have.
    pub(super) choices: Vec<Choice>,
    /// The range of the moment of registration.
    created: TimeRange,
    /// The range of the moment of the last change.
    updated: TimeRange,
    /// What is looked at for each request: words, and what follows from the rest.
    pub(super) probes: Condition,
}

impl Parts {
    /// All of it as one condition.
    pub(super) fn whole(&self) -> Condition {
        self.choices.iter().fold(self.without_choices(), |all, choice| all.add(choice.whole()))
    }

    /// All but the choices.
    fn without_choices(&self) -> Condition {
        let ranges = [self.created(), self.updated()].into_iter().flatten();
        ranges.fold(Condition::all(), Condition::add).add(self.probes.clone())
    }

    /// The range of the moment of registration, as a condition.
    pub(super) fn created(&self) -> Option<Condition> {
        self.created.of(&col(Column::CreatedAt))
    }

    /// The range of the moment of the last change, as a condition.
    pub(super) fn updated(&self) -> Option<Condition> {
        self.updated.of(&col(Column::UpdatedAt))
    }

    /// All but the choices where the list is walked in this order, perhaps from a cursor on: a range of the other moment
    /// is looked at row by row.
    pub(super) fn walked(&self, backend: DbBackend, sort: Sort, cursor: Option<DateTime<Utc>>) -> Condition {
        let (key, order) = order(sort);
        let by_change = matches!(key, Column::UpdatedAt);
        let (own, other) =
            if by_change { (self.updated, self.created()) } else { (self.created, self.updated()) };
        let own = own.behind(&order, cursor).of(&col(key));
        let other = other.map(|range| walked(backend, range));
        own.into_iter().chain(other).fold(Condition::all(), Condition::add).add(self.probes.clone())
    }
}

fn ids<E>(column: Column, ids: &[Id<E>]) -> Option<Choice> {
    values(column, ids.iter().map(|id| id.raw()))
}

fn codes(column: Column, codes: impl Iterator<Item = &'static str>, all: usize) -> Option<Choice> {
    // Every code there is asks for nothing.
    values(column, codes).filter(|choice| !matches!(choice, Choice::Values(_, values) if values.len() == all))
}

/// Values without repeats; nothing when none is asked for.
fn values<V: Into<Value> + Ord>(column: Column, all: impl Iterator<Item = V>) -> Option<Choice> {
    let all: std::collections::BTreeSet<V> = all.collect();
    (!all.is_empty()).then(|| Choice::Values(column, all.into_iter().map(Into::into).collect()))
}

/// Takes a filter apart. `clients` are the people with the document number that is asked for.
///
/// Each field is named, so that one which is added is thought of here and where plans are tested.
pub(super) fn parts(filter: &RequestFilter, clients: &[Uuid]) -> Parts {
    let RequestFilter {
        search_terms,
        stages,
        payment_statuses,
        clients: of_clients,
        services,
        promoters,
        managers,
        doctors,
        mine,
        visible_to_doctor,
        created_from,
        created_before,
        updated_from,
        document_number,
        external_reference,
        refund_due,
        sort,
    } = filter;
    let mine = mine.map(|(account, staff)| {
        let mut columns = vec![(Column::RegisteredBy, account.raw().into())];
        if let Some(staff) = staff {
            columns.push((Column::ManagerId, staff.raw().into()));
            columns.push((Column::DoctorId, staff.raw().into()));
        }
        Choice::Columns(columns)
    });
    // A doctor without staff record has no request to see, and a number of nobody has none: nothing has this doctor.
    let nobody = || Choice::Values(Column::DoctorId, vec![Uuid::nil().into()]);
    let visible = visible_to_doctor.map(|staff| match staff {
        Some(staff) => Choice::Values(Column::DoctorId, vec![staff.raw().into()]),
        None => nobody(),
    });
    let holders = document_number
        .as_ref()
        .map(|_| values(Column::ClientId, clients.iter().copied()).unwrap_or_else(nobody));
    let reference = external_reference
        .as_ref()
        .map(|reference| Choice::Values(Column::ExternalReference, vec![reference.as_str().into()]));
    let due = refund_due.map(|due| Choice::Values(Column::RefundDue, vec![due.into()]));
    let (due, not_due) = if *refund_due == Some(true) { (due, None) } else { (None, due) };
    let choices = [
        holders,
        ids(Column::ClientId, of_clients),
        reference,
        ids(Column::PromoterId, promoters),
        due,
        visible,
        ids(Column::DoctorId, doctors),
        ids(Column::ManagerId, managers),
        mine,
        ids(Column::ServiceId, services),
        codes(Column::Stage, stages.iter().map(|s| s.code()), Stage::ALL.len()),
        codes(Column::PaymentStatus, payment_statuses.iter().map(|s| s.code()), PaymentStatus::ALL.len()),
        not_due,
    ];
    let by_change = matches!(sort, Sort::UpdatedDesc | Sort::UpdatedAsc);
    // What was registered since was changed since, which is where the index of that order can begin.
    let implied = created_from.filter(|_| by_change).map(|from| col(Column::UpdatedAt).gte(stored(from)));
    Parts {
        choices: choices.into_iter().flatten().collect(),
        created: TimeRange { from: *created_from, before: *created_before },
        updated: TimeRange { from: *updated_from, before: None },
        probes: search_terms
            .iter()
            .map(|word| search_terms::has(("request", Column::Id), word))
            .chain(implied)
            .fold(Condition::all(), Condition::add),
    }
}
