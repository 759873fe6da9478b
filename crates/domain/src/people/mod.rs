//! People: persons found again by their document, staff, promoters.

mod document;
mod guardianship;
mod person;
mod promoter;
mod staff;

pub use document::{Document, DocumentType};
pub use guardianship::{Guardianship, Relationship};
pub use person::{Person, PersonPatch, PersonUse};
pub use promoter::{
    NewPromoterSource, Promoter, PromoterIdentity, PromoterPatch, PromoterSource, PromoterSourcePatch,
    PromoterType,
};
pub use staff::{Member, NotAssignable, Staff, StaffKind, StaffPatch, StaffRole, StaffStatus, StaffUser};
