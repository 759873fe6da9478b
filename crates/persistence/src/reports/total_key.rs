//! Totals are kept in parts: by nothing, by one dimension, by two, by all of them; by day, and where it helps by month.

use medcert_application::store::CellFilter;
use medcert_domain::{
    Id,
    reports::{Cell, Detail, Dimensions, Figure, Grouping},
};
use uuid::Uuid;

/// A dimension with an identity of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dimension {
    Service,
    Promoter,
    Manager,
    Doctor,
    Operator,
}

impl Dimension {
    pub(crate) const ALL: [Self; 5] =
        [Self::Service, Self::Promoter, Self::Manager, Self::Doctor, Self::Operator];

    fn is_in(self, of: &Dimensions) -> bool {
        match self {
            Self::Service => of.service.is_some(),
            Self::Promoter => of.promoter.is_some(),
            Self::Manager => of.manager.is_some(),
            Self::Doctor => of.doctor.is_some(),
            Self::Operator => of.operator.is_some(),
        }
    }

    /// The same with this dimension as it is in another.
    fn taken(self, into: Dimensions, of: &Dimensions) -> Dimensions {
        match self {
            Self::Service => Dimensions { service: of.service, ..into },
            Self::Promoter => Dimensions { promoter: of.promoter, ..into },
            Self::Manager => Dimensions { manager: of.manager, ..into },
            Self::Doctor => Dimensions { doctor: of.doctor, ..into },
            Self::Operator => Dimensions { operator: of.operator, ..into },
        }
    }

    /// The name of totals by this dimension and a later one, by month.
    const fn and(self, other: Self) -> &'static str {
        match (self, other) {
            (Self::Service, Self::Promoter) => "service+promoter",
            (Self::Service, Self::Manager) => "service+manager",
            (Self::Service, Self::Doctor) => "service+doctor",
            (Self::Service, _) => "service+operator",
            (Self::Promoter, Self::Manager) => "promoter+manager",
            (Self::Promoter, Self::Doctor) => "promoter+doctor",
            (Self::Promoter, _) => "promoter+operator",
            (Self::Manager, Self::Doctor) => "manager+doctor",
            (Self::Manager, _) => "manager+operator",
            _ => "doctor+operator",
        }
    }
}

pub(super) fn raw<E>(ids: &[Id<E>]) -> Vec<Uuid> {
    ids.iter().map(|id| id.raw()).collect()
}

/// The dimensions that a filter names, with their columns and values.
pub(super) fn named_dimensions(filter: &CellFilter) -> Vec<(Dimension, &'static str, Vec<Uuid>)> {
    let all = [
        (Dimension::Service, "service_id", raw(&filter.services)),
        (Dimension::Promoter, "promoter_id", raw(&filter.promoters)),
        (Dimension::Manager, "manager_id", raw(&filter.managers)),
        (Dimension::Doctor, "doctor_id", raw(&filter.doctors)),
        (Dimension::Operator, "operator_id", raw(&filter.operators)),
    ];
    all.into_iter().filter(|(_, _, ids)| !ids.is_empty()).collect()
}

/// Figures of which there are totals by two dimensions: those of rankings.
const RANKED: &[Figure] = &[Figure::Requests, Figure::Closed, Figure::Issued];

/// Figures with so many details that of one day hardly two in the same total by one dimension are the same: these have
/// totals by it by month only, and their days are read from those by all dimensions.
const SPARSE: &[Figure] = &[Figure::Passages];

/// Which dimensions a total keeps, besides stage and currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TotalKey {
    /// None.
    All,
    /// One.
    Of(Dimension),
    /// Two, in the order of [`Dimension::ALL`], without the stage; kept by month only, and only of figures of rankings.
    Both(Dimension, Dimension),
    /// All; kept only where there are at least two, and by day. Of [`SPARSE`] figures also where there is one.
    Full,
}

impl TotalKey {
    /// The smallest part in which these dimensions can be asked for.
    pub(crate) fn with(needed: &[Dimension]) -> Self {
        let mut all = Dimension::ALL.into_iter().filter(|dimension| needed.contains(dimension));
        match (all.next(), all.next(), all.next()) {
            (None, ..) => Self::All,
            (Some(only), None, _) => Self::Of(only),
            (Some(one), Some(other), None) => Self::Both(one, other),
            _ => Self::Full,
        }
    }

    /// Whether it has totals by month of these figures, with or without their stages.
    pub(crate) fn has_months(self, figures: &[Figure], staged: bool) -> bool {
        match self {
            Self::All | Self::Of(_) => true,
            Self::Both(..) => !staged && figures.iter().all(|figure| RANKED.contains(figure)),
            Self::Full => false,
        }
    }

    fn of(self, of: &Dimensions) -> Dimensions {
        match self {
            Self::All => Dimensions { stage: of.stage, currency: of.currency, ..Dimensions::default() },
            Self::Of(dimension) => dimension.taken(Self::All.of(of), of),
            Self::Both(one, other) => {
                let bare = Dimensions { currency: of.currency, ..Dimensions::default() };
                other.taken(one.taken(bare, of), of)
            }
            Self::Full => *of,
        }
    }

    /// Its name where totals are by day.
    pub(crate) const fn by_day(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Of(Dimension::Service) => "service",
            Self::Of(Dimension::Promoter) => "promoter",
            Self::Of(Dimension::Manager) => "manager",
            Self::Of(Dimension::Doctor) => "doctor",
            Self::Of(Dimension::Operator) => "operator",
            Self::Both(..) | Self::Full => "full",
        }
    }

    /// The names under which these figures are by day, each with its figures.
    pub(crate) fn days_of(self, figures: &[Figure]) -> Vec<(&'static str, Vec<Figure>)> {
        let (sparse, others): (Vec<Figure>, Vec<Figure>) =
            figures.iter().partition(|figure| matches!(self, Self::Of(_)) && SPARSE.contains(figure));
        let all = [(self.by_day(), others), (Self::Full.by_day(), sparse)];
        all.into_iter().filter(|(_, figures)| !figures.is_empty()).collect()
    }

    /// Its name where totals are by month, on the first day of it. With all dimensions hardly two requests share a
    /// total, so months of them would save nothing; with two of them hardly two requests of a day do.
    pub(crate) const fn by_month(self) -> Option<&'static str> {
        match self {
            Self::All => Some("all-month"),
            Self::Of(Dimension::Service) => Some("service-month"),
            Self::Of(Dimension::Promoter) => Some("promoter-month"),
            Self::Of(Dimension::Manager) => Some("manager-month"),
            Self::Of(Dimension::Doctor) => Some("doctor-month"),
            Self::Of(Dimension::Operator) => Some("operator-month"),
            Self::Both(one, other) => Some(one.and(other)),
            Self::Full => None,
        }
    }
}

/// The totals that a cell is part of, by the name of their part.
pub(crate) fn parts(cell: &Cell) -> Vec<(&'static str, Cell)> {
    let there: Vec<Dimension> = Dimension::ALL.into_iter().filter(|d| d.is_in(&cell.of)).collect();
    let one_by_one = there.iter().map(|dimension| TotalKey::Of(*dimension));
    let sparse = SPARSE.contains(&cell.figure);
    let full = there.get(usize::from(!sparse)).map(|_| TotalKey::Full);
    let month = Grouping::Month.start_of(cell.day);
    let mut all = Vec::with_capacity(4 * there.len() + 3);
    for part in std::iter::once(TotalKey::All).chain(one_by_one).chain(full) {
        let of = part.of(&cell.of);
        if !(sparse && matches!(part, TotalKey::Of(_))) {
            all.push((part.by_day(), Cell { of, ..*cell }));
        }
        if let Some(name) = part.by_month() {
            all.push((name, Cell { of, day: month, ..*cell }));
        }
    }
    if RANKED.contains(&cell.figure) && cell.detail == Detail::None {
        for (position, one) in there.iter().enumerate() {
            for other in there.iter().skip(position + 1) {
                let of = TotalKey::Both(*one, *other).of(&cell.of);
                all.push((one.and(*other), Cell { of, day: month, ..*cell }));
            }
        }
    }
    all
}
