//! The id in a path.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use medcert_application::Error;
use medcert_domain::{Entity, Id, PersonId};
use uuid::Uuid;

use crate::problem::Failure;

/// The part `{id}` of a path; 404 when it is no UUID, since then there is nothing of that name.
#[derive(Debug, Clone, Copy)]
pub struct PathId<E: Entity>(pub Id<E::Key>);

impl<E: Entity> FromRequest for PathId<E> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = req.match_info().get("id").and_then(uuid);
        ready(id.map(|id| Self(Id::new(id))).ok_or_else(|| Error::NotFound(E::KIND).into()))
    }
}

/// The part `{guardian_id}` of a path, in the same way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GuardianId(pub(crate) PersonId);

impl FromRequest for GuardianId {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = req.match_info().get("guardian_id").and_then(uuid);
        ready(id.map(|id| Self(Id::new(id))).ok_or_else(|| Error::NotFound("guardian").into()))
    }
}

/// A UUID in the one spelling we write: hyphenated.
pub fn uuid(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}
