//! What is done with one line: the one place that knows the use case of each kind.

use medcert_domain::{catalog::Institution, identity::Actor, jobs::JobKind};
use uuid::Uuid;

use crate::{
    App, Error,
    certification::{self, RegisterInput},
    rerun::Failed,
    store::{Made, UnitOfWork},
};

/// How lines are read and refusals are told, in the words of whoever sends them: a line is stored as it came, so that
/// any process can go on with it, and read when its turn comes.
#[derive(Clone, Copy)]
pub struct LineForms {
    /// A line of IMPORT_REQUESTS.
    pub request: fn(&str, &Institution) -> Result<RegisterInput, Error>,
    /// Why a line was refused, as JSON.
    pub refusal: fn(Error) -> String,
}

/// What came of a line that was taken.
pub(super) struct Taken {
    /// What was made or found; nothing when nothing is kept.
    pub made: Option<Made>,
    /// What looks like it already.
    pub duplicates: Vec<(Uuid, String)>,
}

/// Takes a line inside a unit of work, as this actor is at this moment.
pub(super) async fn take(
    app: &App,
    forms: &LineForms,
    actor: &Actor,
    uow: &mut dyn UnitOfWork,
    profile: &Institution,
    kind: JobKind,
    text: &str,
) -> Result<Taken, Failed> {
    if !kind.permission().held_by(actor) {
        let denied = format!("none of your roles has {}", kind.permission());
        return Err(Failed::Answer(Error::Forbidden(denied)));
    }
    match kind {
        JobKind::ImportRequests => {
            let input = (forms.request)(text, profile)?;
            let detail = certification::register_in(app, actor, uow, profile, &input).await?;
            let request = detail.dossier.certification;
            let duplicates = detail.possible_duplicates.into_iter().map(|(id, code)| (id.raw(), code));
            Ok(Taken {
                made: Some(Made { id: request.id.raw(), code: Some(request.code) }),
                duplicates: duplicates.collect(),
            })
        }
    }
}
