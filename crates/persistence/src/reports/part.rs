//! Totals are kept in parts: by nothing, by one dimension, by all of them; by day, and where it helps by month.

use medcert_domain::reports::{Cell, Dimensions, Grouping};

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

    fn only(self, of: &Dimensions) -> Dimensions {
        let bare = Part::All.of(of);
        match self {
            Self::Service => Dimensions { service: of.service, ..bare },
            Self::Promoter => Dimensions { promoter: of.promoter, ..bare },
            Self::Manager => Dimensions { manager: of.manager, ..bare },
            Self::Doctor => Dimensions { doctor: of.doctor, ..bare },
            Self::Operator => Dimensions { operator: of.operator, ..bare },
        }
    }
}

/// Which dimensions a total keeps, besides stage and currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// None.
    All,
    /// One.
    Of(Dimension),
    /// All; kept only where there are at least two.
    Full,
}

impl Part {
    /// The smallest part in which these dimensions can be asked for.
    pub(crate) fn with(needed: &[Dimension]) -> Self {
        match needed {
            [] => Self::All,
            [only] => Self::Of(*only),
            _ => Self::Full,
        }
    }

    fn of(self, of: &Dimensions) -> Dimensions {
        match self {
            Self::All => Dimensions { stage: of.stage, currency: of.currency, ..Dimensions::default() },
            Self::Of(dimension) => dimension.only(of),
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
            Self::Full => "full",
        }
    }

    /// Its name where totals are by month, on the first day of it. With all dimensions hardly two requests share a
    /// total, so months of them would save nothing.
    pub(crate) const fn by_month(self) -> Option<&'static str> {
        match self {
            Self::All => Some("all-month"),
            Self::Of(Dimension::Service) => Some("service-month"),
            Self::Of(Dimension::Promoter) => Some("promoter-month"),
            Self::Of(Dimension::Manager) => Some("manager-month"),
            Self::Of(Dimension::Doctor) => Some("doctor-month"),
            Self::Of(Dimension::Operator) => Some("operator-month"),
            Self::Full => None,
        }
    }
}

/// The totals that a cell is part of, by the name of their part.
pub(crate) fn parts(cell: &Cell) -> Vec<(&'static str, Cell)> {
    let there: Vec<Dimension> = Dimension::ALL.into_iter().filter(|d| d.is_in(&cell.of)).collect();
    let one_by_one = there.iter().map(|dimension| Part::Of(*dimension));
    let full = (there.len() > 1).then_some(Part::Full);
    let mut all = Vec::with_capacity(2 * there.len() + 3);
    for part in std::iter::once(Part::All).chain(one_by_one).chain(full) {
        let of = part.of(&cell.of);
        all.push((part.by_day(), Cell { of, ..*cell }));
        if let Some(name) = part.by_month() {
            all.push((name, Cell { of, day: Grouping::Month.start_of(cell.day), ..*cell }));
        }
    }
    all
}
