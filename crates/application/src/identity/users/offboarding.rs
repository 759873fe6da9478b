//! Open requests of somebody who can no longer follow them.

use medcert_domain::{
    StaffId, certification::AssignmentRole, identity::User, people::StaffRole, policy::Actor,
};

use super::HandOver;
use crate::{
    App, Error,
    people::hand_over::{self, Offboarding, assignment_role, refuse_while_open},
    retry::Failed,
    store::UnitOfWork,
};

fn parts(roles: &[StaffRole]) -> Vec<AssignmentRole> {
    // Requests are not assigned to operators.
    roles.iter().filter_map(|role| assignment_role(*role)).collect()
}

/// Hands over what the staff member has open in these parts, as far as somebody was named for it. Done before the
/// change that makes them leave, request by request: nobody waits for hundreds of them.
pub(super) async fn hand_over(
    app: &App,
    actor: &Actor,
    staff: Option<StaffId>,
    roles: &[StaffRole],
    wanted: HandOver,
) -> Result<(), Error> {
    let Some(staff) = staff else { return Ok(()) };
    for role in parts(roles) {
        let (to, pointer) = match role {
            AssignmentRole::Manager => (wanted.manager, "/hand_over_to/MANAGER"),
            AssignmentRole::Doctor => (wanted.doctor, "/hand_over_to/DOCTOR"),
        };
        let pointer = if wanted.one { "/hand_over_to" } else { pointer };
        let Some(to) = to else { continue };
        if !app.store().open_requests_after(staff, role, None, 1).await?.is_empty() {
            let move_all = hand_over::HandOver { role, to, comment: None };
            hand_over::hand_over(app, actor, staff, &move_all, pointer).await?;
        }
    }
    Ok(())
}

/// Lets the user go from these parts, unless requests are still open and nobody confirmed that they stay.
pub(super) async fn release(
    uow: &mut dyn UnitOfWork,
    user: &User,
    roles: &[StaffRole],
    wanted: HandOver,
) -> Result<(), Failed> {
    let Some(staff) = uow.staff_of(user.person).await? else { return Ok(()) };
    let leaving = Offboarding { hand_over_to: None, confirm: wanted.confirmed };
    refuse_while_open(uow, staff, &parts(roles), leaving).await
}
