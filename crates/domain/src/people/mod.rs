//! People: persons found again by their document, staff, promoters.

mod document;
mod person;
mod promoter;
mod staff;

pub use document::{Country, Document, DocumentType};
pub use person::{FieldChange, Person, PersonPatch, PersonUse};
pub use promoter::{Promoter, PromoterIdentity, PromoterType};
pub use staff::{NotAssignable, Staff, StaffKind, StaffRole, StaffStatus, StaffUser};
