//! What each refusal of the application is told as.

use medcert_application::Error;
use medcert_domain::{Invalid, certification::Refusal};

use super::{Failure, Fault, Kind, ProblemRequest};

fn faults(invalid: Invalid) -> Vec<Fault> {
    let fault =
        |f: medcert_domain::Fault| Fault { pointer: f.pointer, code: f.code.to_owned(), message: f.message };
    invalid.faults.into_iter().map(fault).collect()
}

fn invalid(detail: String, errors: Vec<Fault>) -> Failure {
    Failure::new(Kind::Invalid, detail).with(|problem| problem.errors = errors)
}

impl From<Invalid> for Failure {
    fn from(values: Invalid) -> Self {
        invalid(values.to_string(), faults(values))
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Forbidden(_) | Refusal::NotYours(_) => Self::new(Kind::Forbidden, detail),
            Refusal::WrongStage { action, stage, reasons } => {
                Self::new(Kind::WrongStage, detail).with(|problem| {
                    problem.action = Some(action.code().to_owned());
                    problem.stage = Some(stage.code().to_owned());
                    problem.reasons = Some(reasons.iter().map(|r| r.code().to_owned()).collect());
                })
            }
            Refusal::FeeMissing => Self::new(Kind::FeeMissing, detail),
            Refusal::PrintedDataChanged(fields) => {
                Self::new(Kind::Stale, detail).with(|problem| problem.fields = Some(fields))
            }
            Refusal::Invalid(values) => values.into(),
        }
    }
}

/// What happened, in one sentence: the application's own, but for what is said in headers and bodies here.
fn detail(error: &Error) -> String {
    match error {
        Error::TooLarge(most) => format!("the body is larger than {most} bytes"),
        Error::VersionMissing => {
            "this change needs the header If-Match with the ETag you have seen".to_owned()
        }
        Error::IdempotencyKeyMissing => "this operation needs the header Idempotency-Key".to_owned(),
        Error::IdempotencyMismatch => "this Idempotency-Key was used with another payload".to_owned(),
        Error::InFlight => "the first call with this Idempotency-Key has not finished".to_owned(),
        other => other.to_string(),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let detail = detail(&error);
        let kind = match error {
            Error::Refused(refusal) => return refusal.into(),
            Error::Invalid(values) => return values.into(),
            Error::Duplicate { pointer, message } => {
                let fault = Fault {
                    pointer: pointer.to_owned(),
                    code: "duplicate".to_owned(),
                    message: message.to_owned(),
                };
                return Self::new(Kind::Duplicate, detail).with(|problem| problem.errors.push(fault));
            }
            Error::Taken { pointer, by } => {
                let fault = Fault {
                    pointer: pointer.to_owned(),
                    code: "duplicate".to_owned(),
                    message: format!("belongs to {by} already"),
                };
                return Self::new(Kind::Duplicate, detail).with(|problem| {
                    problem.existing_id = Some(by);
                    problem.errors.push(fault);
                });
            }
            Error::Merged(into) => {
                return Self::new(Kind::Stale, detail).with(|problem| problem.existing_id = Some(into));
            }
            Error::InUse(used) => {
                let requests = used.requests.iter();
                let requests =
                    requests.map(|(id, code)| ProblemRequest { request_id: id.raw(), code: code.clone() });
                let requests: Vec<ProblemRequest> = requests.collect();
                return Self::new(Kind::InUse, detail).with(|problem| {
                    problem.count = Some(used.count);
                    problem.requests = (!requests.is_empty()).then_some(requests);
                });
            }
            Error::IdempotencyMismatch => {
                let fault = Fault {
                    pointer: String::new(),
                    code: "idempotency-mismatch".to_owned(),
                    message: detail.clone(),
                };
                return invalid(detail, vec![fault]);
            }
            Error::Throttled(seconds) => {
                return Self::new(Kind::TooManyRequests, detail).retry_after(seconds);
            }
            Error::Busy(cause) => {
                return Self::new(Kind::Unavailable, detail).retry_after(1).caused_by(cause.into());
            }
            Error::Internal(cause) => return Self::new(Kind::Internal, detail).caused_by(cause),
            Error::Unauthenticated => Kind::Unauthenticated,
            Error::WrongCredentials => Kind::WrongCredentials,
            Error::Forbidden(_) => Kind::Forbidden,
            Error::NotFound(_) => Kind::NotFound,
            Error::Malformed(_) => Kind::Malformed,
            Error::ScannerUnavailable => {
                return Self::new(Kind::Unavailable, detail).retry_after(30);
            }
            Error::UnsupportedFormat(_) => Kind::UnsupportedMediaType,
            Error::TooLarge(_) => Kind::TooLarge,
            Error::VersionMissing => Kind::PreconditionRequired,
            Error::VersionMismatch => Kind::PreconditionFailed,
            Error::IdempotencyKeyMissing => Kind::IdempotencyKeyMissing,
            Error::InFlight => Kind::InFlight,
            Error::Stale => Kind::Stale,
            Error::InvalidCursor => Kind::InvalidCursor,
            Error::Over(_) => Kind::Over,
            Error::LastAdministrator(_) => Kind::LastAdministrator,
            Error::PasswordChangeRequired => Kind::PasswordChangeRequired,
            Error::MailNotConfigured => Kind::MailNotConfigured,
        };
        Self::new(kind, detail)
    }
}
