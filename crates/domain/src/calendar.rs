//! Days as they are where the institution is.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;

/// Tells days in a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar(pub Tz);

impl Calendar {
    /// The day it is there at that moment.
    pub fn day_of(self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }

    /// The first moment of a day there; `None` beyond what can be told. Where clocks skip midnight, the day begins an
    /// hour or two later.
    pub fn begin_of(self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let midnight = day.and_time(NaiveTime::MIN);
        (0..4).find_map(|hours| {
            let local = midnight + Duration::hours(hours);
            self.0.from_local_datetime(&local).earliest().map(|at| at.to_utc())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(zone: Tz, at: &str) -> String {
        Calendar(zone).day_of(at.parse().unwrap()).to_string()
    }

    #[test]
    fn days_are_right_where_clocks_change() {
        // Midnight is left out, and the hour before it comes twice.
        let santiago = |at| day(Tz::America__Santiago, at);
        assert_eq!(santiago("2026-09-06T03:59:59.999999Z"), "2026-09-05");
        assert_eq!(santiago("2026-09-06T04:00:00Z"), "2026-09-06");
        assert_eq!(santiago("2027-04-04T03:30:00Z"), "2027-04-03");
        assert_eq!(santiago("2027-04-04T04:00:00Z"), "2027-04-04");
        // A day of 23 hours and one of 25.
        let kyiv = |at| day(Tz::Europe__Kyiv, at);
        assert_eq!(
            (kyiv("2027-03-27T22:00:00Z"), kyiv("2027-03-28T20:59:59Z")),
            ("2027-03-28".into(), "2027-03-28".into())
        );
        assert_eq!(kyiv("2027-03-28T21:00:00Z"), "2027-03-29");
        assert_eq!(
            (kyiv("2026-10-24T21:00:00Z"), kyiv("2026-10-25T21:59:59Z")),
            ("2026-10-25".into(), "2026-10-25".into())
        );
        assert_eq!(kyiv("2026-10-25T22:00:00Z"), "2026-10-26");
    }
}
