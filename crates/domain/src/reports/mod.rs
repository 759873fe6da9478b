//! Reports: what a request adds to which figure, and how figures are cut into periods.
//!
//! [`contributions`] is the only definition of every figure. What a change of a request changes in a report is the
//! difference between its contributions afterwards and before, so reports need not be recounted to be right.

mod cell;
mod change;
mod contributions;
mod duration;
mod period;
mod room;

pub use cell::{Cell, Detail, Dimensions, Figure};
pub use change::Change;
pub use contributions::{contributions, ledger};
pub use duration::{Bucket, RELATIVE_ERROR, quantile};
pub use period::{Grouping, Range, RangeError};
pub use room::{EXPORT, READ_REPORTS, ROOM};
