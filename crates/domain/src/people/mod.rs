//! People: persons found again by their document, staff, promoters.

mod document;
mod guardianship;
mod person;
mod promoter;
mod room;
mod staff;

pub use document::{Document, DocumentType};
pub use guardianship::{Guardianship, Relationship};
pub use person::{Person, PersonPatch, PersonUse};
pub use promoter::{
    NewPromoterSource, Promoter, PromoterIdentity, PromoterPatch, PromoterSource, PromoterSourcePatch,
    PromoterType,
};
pub use room::{
    DELETE_PROMOTERS, IMPORT_PEOPLE, IMPORT_PROMOTERS, IMPORT_STAFF, MANAGE_PROMOTER_SOURCES, MERGE_PEOPLE,
    READ_PEOPLE, READ_PROMOTERS, READ_STAFF, READ_STAFF_TERMS, ROOM, WRITE_PEOPLE, WRITE_PROMOTERS,
    WRITE_STAFF,
};
pub use staff::{Member, NotAssignable, Staff, StaffKind, StaffPatch, StaffRole, StaffStatus, StaffUser};
