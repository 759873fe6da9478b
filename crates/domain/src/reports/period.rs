//! Ranges of days, cut into days, ISO weeks or months.

use chrono::{Datelike as _, Days, Months, NaiveDate};

crate::codes! {
    /// How a series is cut.
    Grouping {
        /// By day, `2026-11-21`.
        Day = "day",
        /// By ISO 8601 week, Monday first, `2026-W47`; the year is that of the week's Thursday.
        Week = "week",
        /// By month, `2026-11`.
        Month = "month",
    }
}

impl Grouping {
    /// The first day of the period that a day is in.
    pub fn start_of(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => day,
            Self::Week => {
                let since_monday = day.weekday().num_days_from_monday();
                day.checked_sub_days(Days::new(since_monday.into())).unwrap_or(day)
            }
            Self::Month => day.with_day(1).unwrap_or(day),
        }
    }

    /// The name of the period that a day is in.
    pub fn label(self, day: NaiveDate) -> String {
        match self {
            Self::Day => day.to_string(),
            Self::Week => {
                let week = day.iso_week();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Self::Month => format!("{:04}-{:02}", day.year(), day.month()),
        }
    }
}

/// Days from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    from: NaiveDate,
    to: NaiveDate,
}

/// Why a range is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// It ends before it begins.
    #[error("must not be before from")]
    Reversed,
    /// It is longer than ten years.
    #[error("must be within ten years of from")]
    TooLong,
}

/// Years that a range may span.
const MOST_YEARS: u32 = 10;
/// Days of a range when nothing is said.
const USUAL_DAYS: u64 = 30;

impl Range {
    /// A range of at most ten years.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Result<Self, RangeError> {
        if to < from {
            return Err(RangeError::Reversed);
        }
        let end = from.checked_add_months(Months::new(12 * MOST_YEARS));
        if end.is_none_or(|end| to >= end) {
            return Err(RangeError::TooLong);
        }
        Ok(Self { from, to })
    }

    /// The range with what was left out filled in: up to today, and thirty days long.
    pub fn or_usual(
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Result<Self, RangeError> {
        let to = to.unwrap_or_else(|| from.map_or(today, |from| from.max(today)));
        let usual = to.checked_sub_days(Days::new(USUAL_DAYS - 1)).unwrap_or(to);
        Self::new(from.unwrap_or(usual), to)
    }

    /// First day.
    pub const fn from(self) -> NaiveDate {
        self.from
    }

    /// Last day.
    pub const fn to(self) -> NaiveDate {
        self.to
    }

    /// Days in it.
    pub fn days(self) -> u64 {
        u64::try_from((self.to - self.from).num_days() + 1).unwrap_or(1)
    }

    /// As many days immediately before.
    #[must_use]
    pub fn previous(self) -> Self {
        let back = |day: NaiveDate, days| day.checked_sub_days(Days::new(days)).unwrap_or(day);
        Self { from: back(self.from, self.days()), to: back(self.from, 1) }
    }

    /// The periods that have a day in it, each by its first day, in order.
    pub fn periods(self, grouping: Grouping) -> Vec<NaiveDate> {
        let mut starts = vec![];
        let mut start = grouping.start_of(self.from);
        while start <= self.to {
            starts.push(start);
            let next = match grouping {
                Grouping::Day => start.checked_add_days(Days::new(1)),
                Grouping::Week => start.checked_add_days(Days::new(7)),
                Grouping::Month => start.checked_add_months(Months::new(1)),
            };
            let Some(next) = next else { break };
            start = next;
        }
        starts
    }

    /// The whole months in it, by first and last of their first days, if there are any.
    pub fn whole_months(self) -> Option<(NaiveDate, NaiveDate)> {
        let month = |day| Grouping::Month.start_of(day);
        let next = |day: NaiveDate| day.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
        let first = if self.from == month(self.from) { self.from } else { next(month(self.from)) };
        let after = self.to.succ_opt().map_or(NaiveDate::MAX, month);
        let last = after.checked_sub_months(Months::new(1))?;
        (first <= last).then_some((first, last))
    }

    /// The days before and behind its whole months; all of it when it has none.
    pub fn odd_days(self) -> Vec<Self> {
        let Some((first, last)) = self.whole_months() else { return vec![self] };
        let before = first.pred_opt().filter(|day| *day >= self.from).map(|to| Self { from: self.from, to });
        let behind = last.checked_add_months(Months::new(1)).filter(|day| *day <= self.to);
        let behind = behind.map(|from| Self { from, to: self.to });
        before.into_iter().chain(behind).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn range(from: &str, to: &str) -> Range {
        Range::new(day(from), day(to)).unwrap()
    }

    #[test]
    fn weeks_have_years_of_their_own() {
        for (date, week, monday) in [
            ("2024-12-30", "2025-W01", "2024-12-30"),
            ("2024-12-29", "2024-W52", "2024-12-23"),
            ("2021-01-03", "2020-W53", "2020-12-28"),
            ("2021-01-04", "2021-W01", "2021-01-04"),
            ("2026-11-21", "2026-W47", "2026-11-16"),
            ("2027-01-01", "2026-W53", "2026-12-28"),
        ] {
            assert_eq!(Grouping::Week.label(day(date)), week);
            assert_eq!(Grouping::Week.start_of(day(date)), day(monday));
        }
    }

    #[test]
    fn periods_leave_nothing_out() {
        assert_eq!(range("2026-02-27", "2026-03-02").periods(Grouping::Day).len(), 4);
        let weeks = range("2026-12-27", "2027-01-04").periods(Grouping::Week);
        let labels: Vec<String> = weeks.into_iter().map(|day| Grouping::Week.label(day)).collect();
        assert_eq!(labels, ["2026-W52", "2026-W53", "2027-W01"]);
        let months = range("2026-01-31", "2026-04-01").periods(Grouping::Month);
        assert_eq!(months, [day("2026-01-01"), day("2026-02-01"), day("2026-03-01"), day("2026-04-01")]);
    }

    #[test]
    fn whole_months_and_odd_days_make_up_the_range() {
        for (from, to) in [
            ("2026-01-01", "2026-12-31"),
            ("2026-01-02", "2026-12-31"),
            ("2026-01-02", "2026-12-30"),
            ("2026-03-05", "2026-03-05"),
            ("2026-03-01", "2026-03-31"),
            ("2026-03-31", "2026-04-01"),
            ("2024-02-01", "2024-03-01"),
            ("2026-11-30", "2027-01-01"),
        ] {
            let whole = range(from, to);
            let mut days: Vec<NaiveDate> =
                whole.odd_days().into_iter().flat_map(|part| part.periods(Grouping::Day)).collect();
            if let Some((first, last)) = whole.whole_months() {
                let end = last.checked_add_months(Months::new(1)).unwrap().pred_opt().unwrap();
                days.extend(Range { from: first, to: end }.periods(Grouping::Day));
            }
            days.sort_unstable();
            assert_eq!(days, whole.periods(Grouping::Day), "{from} {to}");
        }
    }

    #[test]
    fn ranges_are_checked() {
        assert_eq!(Range::new(day("2026-02-02"), day("2026-02-01")), Err(RangeError::Reversed));
        assert_eq!(Range::new(day("2016-02-02"), day("2026-02-02")), Err(RangeError::TooLong));
        assert!(Range::new(day("2016-02-02"), day("2026-02-01")).is_ok());
        let today = day("2026-11-21");
        assert_eq!(Range::or_usual(None, None, today), Ok(range("2026-10-23", "2026-11-21")));
        assert_eq!(Range::or_usual(Some(day("2026-11-01")), None, today).unwrap().to(), today);
        assert_eq!(Range::or_usual(None, Some(day("2025-01-30")), today).unwrap().from(), day("2025-01-01"));
        let later = day("2027-01-01");
        assert_eq!(Range::or_usual(Some(later), None, today), Ok(range("2027-01-01", "2027-01-01")));
        assert_eq!(range("2026-11-01", "2026-11-30").previous(), range("2026-10-02", "2026-10-31"));
        assert_eq!(range("2026-03-01", "2026-03-01").previous(), range("2026-02-28", "2026-02-28"));
    }
}
