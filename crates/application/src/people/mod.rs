//! People: staff and promoters.

mod promoters;
mod staff;

pub use promoters::{promoter, promoters};
pub use staff::{StaffSeen, StaffWanted, staff_list, staff_member};
