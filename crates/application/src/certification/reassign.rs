//! Moving a request from one manager or doctor to another, as part of a hand-over.

use medcert_domain::{
    Id, StaffId,
    certification::{Action, AssignmentRole, Certification, Command, Refusal},
    institution::Institution,
    people::Member,
    policy::Actor,
};

use super::{detail::context, journal};
use crate::{App, Error, retry::Failed, store::UnitOfWork};

/// What became of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Moved {
    /// It is the other's now.
    Done,
    /// It ended, or somebody else has it already.
    Elsewhere,
    /// It stays: code and sentence.
    Kept(&'static str, String),
}

/// Gives the request to `to` if `from` still has it and the rules of changing managers and doctors allow it. An
/// evaluation that stands is its doctor's work: it is not superseded by the way.
pub(crate) async fn move_to(
    app: &App,
    actor: &Actor,
    profile: &Institution,
    uow: &mut dyn UnitOfWork,
    id: Id<Certification>,
    (role, from, to): (AssignmentRole, StaffId, &Member),
    comment: Option<&str>,
) -> Result<Moved, Failed> {
    let Some(request_aggregate) = uow.request_aggregate(id).await? else { return Ok(Moved::Elsewhere) };
    let mut request = request_aggregate.certification.clone();
    if !request.stage.is_open() || request.assigned(role) != Some(from) {
        return Ok(Moved::Elsewhere);
    }
    if role == AssignmentRole::Doctor && request.standing_evaluation().is_some() {
        let message = "an evaluation by the present doctor stands";
        return Ok(Moved::Kept("evaluated", message.to_owned()));
    }
    let (to, comment) = (Box::new(to.clone()), comment.map(ToOwned::to_owned));
    let (action, command) = match role {
        AssignmentRole::Manager => (Action::ChangeManager, Command::ChangeManager { to, comment }),
        AssignmentRole::Doctor => (Action::ChangeDoctor, Command::ChangeDoctor { to, comment }),
    };
    let new_id = || app.parts.ids.uuid();
    let outcome =
        match request.apply(command, &context(actor, profile, &request_aggregate, app.now(), &new_id)) {
            Ok(outcome) => outcome,
            Err(refusal) => return Ok(kept(&refusal)),
        };
    uow.update(&request).await?;
    let fresh = uow.request_aggregate(id).await?;
    let fresh = fresh.ok_or_else(|| Error::internal("a request just written is not there"))?;
    journal(app, actor, uow, action, &fresh, &outcome).await?;
    Ok(Moved::Done)
}

fn kept(refusal: &Refusal) -> Moved {
    let code = match refusal {
        Refusal::Invalid(invalid) => {
            let fault = invalid.faults.first();
            return fault.map_or(Moved::Kept("refused", refusal.to_string()), |fault| {
                Moved::Kept(fault.code, fault.message.clone())
            });
        }
        Refusal::Forbidden(_) | Refusal::NotYours(_) => "not-yours",
        Refusal::WrongStage { .. } | Refusal::FeeMissing | Refusal::PrintedDataChanged(_) => "wrong-stage",
    };
    Moved::Kept(code, refusal.to_string())
}
