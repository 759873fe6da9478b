//! People: persons, who stands for whom, staff and promoters.

mod correction;
mod followers;
mod guardians;
mod import;
mod input;
mod merge;
mod of_specialties;
pub(crate) mod persons;
pub(crate) mod promoters;
mod resolver;
mod search_terms;
mod sources;
mod staff;
mod staff_write;

pub(crate) use correction::{At, Correction};
pub use followers::Offboarding;
pub(crate) use followers::{
    PeopleFollower, PersonMerge, PromoterMerge, Successor, hand_over, refuse_while_open,
};
pub use guardians::{GuardianWanted, guardians, remove_guardian, set_guardian};
pub use import::{PersonImport, PromoterImport, StaffImport};
pub use input::{DocumentInput, GuardianInput, NewPromoter, PersonChange, PersonInput, PromoterInput};
pub use merge::{MergeWanted, merge_person};
pub use persons::{
    PersonMade, VisiblePerson, create_person, delete_person, edit_person, people, person, person_history,
};
pub(crate) use persons::{create_person_in, erase_if_unused};
pub(crate) use promoters::create_promoter_in;
pub use promoters::{
    PromoterEdit, PromoterMade, create_promoter, delete_promoter, edit_promoter, promoter, promoter_history,
    promoters,
};
pub(crate) use resolver::{Lookup, PersonResolver, SEARCHED, protected};
pub use search_terms::person_search_terms;
pub(crate) use search_terms::{follow, index, index_promoter, index_staff, merged_into, numbers, reindex};
pub use sources::promoter_sources;
pub use staff::{StaffWanted, VisibleStaff, staff_history, staff_list, staff_member};
pub(crate) use staff_write::create_staff_in;
pub use staff_write::{NewStaff, StaffEdit, StaffPerson, change_staff, create_staff, delete_staff};

use crate::rooms::Room;

/// What this room brings.
pub(crate) const ROOM: Room =
    Room { catalog_followers: &[&of_specialties::StaffOfSpecialties], ..Room::EMPTY };
