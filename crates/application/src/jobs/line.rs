//! What is done with one line: the one place that knows the use case of each kind.

use medcert_domain::{catalog::Institution, identity::Actor, jobs::JobKind};
use uuid::Uuid;

use crate::{
    App, Error,
    catalog::{self},
    certification::{self, RequestInput},
    people::{self, NewPromoter, NewStaff, PersonInput},
    retry::Failed,
    store::{Made, UnitOfWork},
};
use medcert_domain::catalog::NewService;

/// How a line is read as what a use case asks for.
pub type LineForm<T> = fn(&str, &Institution) -> Result<T, Error>;

/// How lines are read and refusals are told, in the words of whoever sends them: a line is stored as it came, so that
/// any process can go on with it, and read when its turn comes.
#[derive(Clone, Copy)]
pub struct LineForms {
    /// A line of IMPORT_REQUESTS.
    pub request: LineForm<RequestInput>,
    /// A line of IMPORT_SERVICES.
    pub service: LineForm<NewService>,
    /// A line of IMPORT_PROMOTERS.
    pub promoter: LineForm<NewPromoter>,
    /// A line of IMPORT_PEOPLE.
    pub person: LineForm<PersonInput>,
    /// A line of IMPORT_STAFF.
    pub staff: LineForm<NewStaff>,
    /// Why a line was refused, as JSON.
    pub refusal: fn(Error) -> String,
}

/// What came of a line that was taken.
pub(super) struct ImportedLine {
    /// What was made or found; nothing when nothing is kept.
    pub made: Option<Made>,
    /// What looks like it already.
    pub duplicates: Vec<(Uuid, Option<String>)>,
}

impl ImportedLine {
    /// It was made, and nobody calls it by a code.
    fn made(id: Uuid) -> Self {
        Self { made: Some(Made { id, code: None }), duplicates: vec![] }
    }

    /// It was made, or was there already: then nothing looks like it more than itself.
    fn made_or_found(id: Uuid, created: bool) -> Self {
        let duplicates = if created { vec![] } else { vec![(id, None)] };
        Self { duplicates, ..Self::made(id) }
    }
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
) -> Result<ImportedLine, Failed> {
    if !kind.permission().held_by(actor) {
        let denied = format!("none of your roles has {}", kind.permission());
        return Err(Failed::Answer(Error::Forbidden(denied)));
    }
    match kind {
        JobKind::ImportRequests => {
            let input = (forms.request)(text, profile)?;
            let detail = certification::register_in(app, actor, uow, profile, &input).await?;
            let request = detail.request_aggregate.certification;
            let duplicates = detail.possible_duplicates.into_iter().map(|(id, code)| (id.raw(), Some(code)));
            Ok(ImportedLine {
                made: Some(Made { id: request.id.raw(), code: Some(request.code) }),
                duplicates: duplicates.collect(),
            })
        }
        JobKind::ImportServices => {
            let new = (forms.service)(text, profile)?;
            let service = catalog::create_service_in(app, actor, uow, &new).await?;
            Ok(ImportedLine::made(service.id.raw()))
        }
        JobKind::ImportPromoters => {
            let new = (forms.promoter)(text, profile)?;
            let done = people::create_promoter_in(app, actor, uow, profile, &new).await?;
            Ok(ImportedLine::made_or_found(done.promoter.id.raw(), done.created))
        }
        JobKind::ImportPeople => {
            let input = (forms.person)(text, profile)?;
            let done = people::create_person_in(app, actor, uow, profile, &input).await?;
            Ok(ImportedLine::made_or_found(done.seen.person.id.raw(), done.created))
        }
        JobKind::ImportStaff => {
            let new = (forms.staff)(text, profile)?;
            let seen = people::create_staff_in(app, actor, uow, profile, &new).await?;
            Ok(ImportedLine::made(seen.member.staff.id.raw()))
        }
    }
}

/// Lets this process forget what it keeps of things that lines of a kind change, once some of them were taken.
pub(super) fn forget(app: &App, kind: JobKind) {
    match kind {
        // Whoever became staff acts as that from the next call on.
        JobKind::ImportStaff => app.forget_sessions(),
        JobKind::ImportRequests
        | JobKind::ImportServices
        | JobKind::ImportPromoters
        | JobKind::ImportPeople => {}
    }
}
