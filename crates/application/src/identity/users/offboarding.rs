//! Open requests of somebody who can no longer follow them.

use medcert_domain::{StaffId, identity::User, people::StaffRole, policy::Actor};

use super::HandOver;
use crate::{
    App, Error,
    people::{self, Offboarding, Successor, refuse_while_open},
    retry::Failed,
    store::UnitOfWork,
};

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
    for role in roles.iter().copied() {
        let (to, pointer) = match role {
            // Operators have no open work of their own.
            StaffRole::Operator => continue,
            StaffRole::Manager => (wanted.manager, "/hand_over_to/MANAGER"),
            StaffRole::Doctor => (wanted.doctor, "/hand_over_to/DOCTOR"),
        };
        let pointer = if wanted.one { "/hand_over_to" } else { pointer };
        let Some(to) = to else { continue };
        people::hand_over(app, actor, staff, Successor { role, to, pointer }).await?;
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
    refuse_while_open(uow, staff, roles, leaving).await
}
