//! Types, the certification state machine and the access policy of Medcert.
//!
//! Pure: no input or output, no clock, no randomness, no serialisation. Whatever depends on the moment or on
//! chance takes it as an argument, so every rule here is tested in milliseconds.
#![warn(missing_docs)]

#[macro_use]
mod code;
pub mod billing;
mod calendar;
pub mod catalog;
pub mod certification;
mod country;
mod editable;
pub mod files;
mod id;
pub mod identity;
pub mod institution;
mod invalid;
pub mod jobs;
mod locale;
mod money;
pub mod people;
pub mod policy;
pub mod reports;
pub mod rooms;
pub mod text;

pub use calendar::Calendar;
pub use country::Country;
pub use editable::{Declared, Editable, FieldChange, FieldValue, field_changes};
pub use id::{Entity, Id, PaymentId, PersonId, SessionId, StaffId, UserId, key};
pub use invalid::{Checks, Fault, Invalid};
pub use locale::Locale;
pub use money::{AmountError, Currency, Money};
