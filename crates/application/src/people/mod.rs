//! People: persons, who stands for whom, staff and promoters.

mod correcting;
mod guardians;
pub mod hand_over;
mod hiring;
mod merging;
pub(crate) mod persons;
pub(crate) mod promoters;
mod sources;
mod staff;
mod words;

pub(crate) use correcting::{At, Correction};
pub use guardians::{GuardianWanted, guardians, remove_guardian, set_guardian};
pub(crate) use hiring::create_staff_in;
pub use hiring::{NewStaff, StaffPatch, StaffPerson, change_staff, create_staff, delete_staff};
pub use merging::{MergeWanted, merge_person};
pub use persons::{
    PersonMade, PersonSeen, create_person, delete_person, edit_person, people, person, person_history,
};
pub(crate) use persons::{create_person_in, erase_if_unused};
pub(crate) use promoters::create_promoter_in;
pub use promoters::{
    PromoterMade, PromoterPatch, create_promoter, delete_promoter, edit_promoter, promoter, promoter_history,
    promoters,
};
pub use sources::{
    SourcePatch, create_source, delete_source, edit_source, promoter_source, promoter_sources, source_history,
};
pub use staff::{StaffSeen, StaffWanted, staff_history, staff_list, staff_member};
pub use words::person_words;
pub(crate) use words::{follow, index, index_promoter, index_staff, merged_into, numbers, reindex};
