//! Times spent, kept in buckets whose width grows with the time, so that medians can be added up over days.

/// How far a time read back from its bucket can be from the time itself, as a share of it: buckets are a sixteenth of
/// a power of two wide, and a time is read back as the middle of its bucket.
pub const RELATIVE_ERROR: f64 = 1.0 / 32.0;

/// Parts of a power of two, as a power of two.
const PARTS: u32 = 4;

/// A bucket of a log-linear histogram of seconds: exact below 32 seconds, within [`RELATIVE_ERROR`] above. Whole
/// numbers only, so that every machine finds the same bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(pub u32);

impl Bucket {
    /// The bucket of so many seconds; times that run backwards count as none.
    pub fn of(seconds: i64) -> Self {
        let seconds = u64::try_from(seconds).unwrap_or(0);
        let power = seconds.max(1).ilog2();
        if power <= PARTS {
            return Self(u32::try_from(seconds).unwrap_or(0));
        }
        let shift = power - PARTS;
        let part = u32::try_from(seconds >> shift).unwrap_or(0);
        Self((shift << PARTS) + part)
    }

    /// Seconds in the middle of the bucket.
    pub fn seconds(self) -> i64 {
        let lowest_split = 2 << PARTS;
        if self.0 < lowest_split {
            return i64::from(self.0);
        }
        let shift = (self.0 >> PARTS) - 1;
        let part = i64::from((self.0 & ((1 << PARTS) - 1)) + (1 << PARTS));
        // A bucket number that no time has is one that was stored wrongly: as good as for ever.
        if shift > 58 {
            return i64::MAX;
        }
        (part << shift) + ((1 << shift) - 1) / 2
    }
}

/// The time that `percent` of all took at most (nearest rank), from buckets with their counts in ascending order;
/// `None` when there is nothing.
pub fn quantile(counts: &[(Bucket, i64)], percent: i64) -> Option<i64> {
    let all: i64 = counts.iter().map(|(_, count)| count).sum();
    if all <= 0 {
        return None;
    }
    let rank = (all * percent + 99) / 100;
    let mut seen = 0;
    counts.iter().find_map(|(bucket, count)| {
        seen += count;
        (seen >= rank).then(|| bucket.seconds())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_read_back_within_the_error() {
        let mut last = Bucket(0);
        for seconds in (0..100_000).chain((0..20_000).map(|n| 100_000 + n * n * 7)) {
            let bucket = Bucket::of(seconds);
            assert!(bucket >= last, "{seconds}");
            last = bucket;
            #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
            let off = (bucket.seconds() - seconds).abs() as f64 / seconds.max(1) as f64;
            assert!(off <= RELATIVE_ERROR, "{seconds} is read back as {}", bucket.seconds());
            if seconds < 32 {
                assert_eq!(bucket.seconds(), seconds);
            }
        }
        assert_eq!(Bucket::of(-5), Bucket(0));
        assert!(Bucket::of(i64::MAX).seconds() > i64::MAX / 33 * 32);
        assert_eq!(Bucket(u32::MAX).seconds(), i64::MAX);
    }

    #[test]
    fn quantiles_are_nearest_ranks() {
        let of = |times: &[i64], percent| {
            let counts: Vec<_> = times.iter().map(|t| (Bucket::of(*t), 1)).collect();
            quantile(&counts, percent)
        };
        assert_eq!(of(&[], 50), None);
        assert_eq!(of(&[7], 50), Some(7));
        assert_eq!(of(&[7], 90), Some(7));
        assert_eq!(of(&[1, 2, 3, 4], 50), Some(2));
        assert_eq!(of(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90), Some(9));
        assert_eq!(of(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 90), Some(10));
        assert_eq!(quantile(&[(Bucket(3), 2), (Bucket(4), -2)], 50), None);
    }
}
