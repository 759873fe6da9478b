//! Which body the lines of each kind of import are read as: the only place that knows all rooms with an import.

use medcert_application::jobs::LineForms;

use crate::{
    catalog::NewServiceBody,
    certification::RegisterBody,
    imports::{line, refusal},
    people::{NewStaffBody, PersonBody, PromoterBody},
};

/// How the lines of each kind are read, for the workers.
pub const LINE_FORMS: LineForms = LineForms {
    request: line::<RegisterBody, _>,
    service: line::<NewServiceBody, _>,
    promoter: line::<PromoterBody, _>,
    person: line::<PersonBody, _>,
    staff: line::<NewStaffBody, _>,
    refusal,
};
