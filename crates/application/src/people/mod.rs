//! People: staff and promoters.

pub mod hand_over;
mod hiring;
mod promoters;
mod staff;

pub(crate) use hiring::words_of as staff_words;
pub use hiring::{NewStaff, StaffPatch, StaffPerson, change_staff, create_staff, delete_staff};
pub use promoters::{promoter, promoters};
pub use staff::{StaffSeen, StaffWanted, staff_history, staff_list, staff_member};
