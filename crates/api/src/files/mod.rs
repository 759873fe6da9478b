//! Files, whatever they belong to: read out of a form as they come in, and answered as a whole or in parts.

pub(crate) mod codes;
mod content;
mod form;
mod range;

pub(crate) use content::{answer, disposition};
pub(crate) use form::Form;
