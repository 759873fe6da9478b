//! Certification: from a registered request to an issued certificate.
//!
//! A [`Certification`] is an aggregate of facts; [`Certification::derived_stage`] says where it stands, the policy
//! says who may act there, [`Certification::blockers`] what stands in the way, and [`Certification::apply`] acts.

mod apply;
mod certificate;
mod codes;
mod command;
mod evaluation;
mod options;
pub mod policy;
mod refusal;
mod request;
mod room;
mod trace;

pub use certificate::{Certificate, Holder};
pub use codes::*;
pub use command::{
    Command, Context, Edit, EndWithoutCertificate, NewCertification, NewEvaluation, Outcome, OverridePayload,
};
pub use evaluation::{Diagnosis, Evaluation, Findings, Printed};
pub use options::{Options, default_valid_until};
pub use refusal::{Blocker, Refusal};
pub use request::*;
pub use room::{ACT_IN_BULK, ACT_ON_ANY_REQUEST, IMPORT_REQUESTS, READ_CERTIFICATES, READ_REQUESTS, ROOM};
pub use trace::{Passage, Trace, Waiver};

#[cfg(test)]
mod tests;
