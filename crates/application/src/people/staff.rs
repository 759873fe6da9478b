//! Staff: who works on requests.

use chrono::NaiveDate;
use medcert_domain::{
    Entity as _, StaffId,
    people::{Member, NotAssignable, READ_STAFF, READ_STAFF_TERMS, Staff, StaffRole, StaffStatus},
    policy::Actor,
};

use crate::{
    App, Error, audited_entity,
    store::{ChangeRow, Page, PageRequest, StaffFilter},
};

/// A staff member with whether they can be given requests.
#[derive(Debug, Clone)]
pub struct VisibleStaff {
    /// The member.
    pub member: Member,
    /// Why not; empty when assignable in at least one of the roles asked for.
    pub not_assignable: Vec<NotAssignable>,
    /// Whether the caller may know what the member is paid and what is said of them.
    pub terms: bool,
}

/// Which staff are wanted.
#[derive(Debug, Clone, Default)]
pub struct StaffWanted {
    /// Having any of these roles.
    pub roles: Vec<StaffRole>,
    /// Having any of these statuses.
    pub statuses: Vec<StaffStatus>,
    /// Assignable or not.
    pub assignable: Option<bool>,
    /// Words, each of which must begin some word of name, document, licence or specialty.
    pub search_terms: Vec<String>,
    /// Words, each of which must begin some word of the specialty.
    pub specialty: Vec<String>,
}

impl VisibleStaff {
    /// Looked at for the roles asked for, or else for all roles of the record; the role with the fewest
    /// obstacles counts.
    fn of(member: Member, roles: &[StaffRole], today: NaiveDate) -> Self {
        let own: Vec<StaffRole> = member.staff.roles.iter().copied().collect();
        let asked = if roles.is_empty() { own.as_slice() } else { roles };
        let reasons =
            asked.iter().map(|role| member.staff.not_assignable(*role, member.user.as_ref(), today));
        let fewest = reasons.min_by_key(Vec::len);
        let not_assignable = fewest.unwrap_or_else(|| vec![NotAssignable::RoleMissing]);
        Self { member, not_assignable, terms: false }
    }

    /// All of it, looked at for all roles of the record.
    pub(super) fn whole(member: Member, today: NaiveDate) -> Self {
        Self { terms: true, ..Self::of(member, &[], today) }
    }
}

/// Staff, by name.
pub async fn staff_list(
    app: &App,
    actor: &Actor,
    wanted: StaffWanted,
    page: &PageRequest,
) -> Result<Page<VisibleStaff>, Error> {
    app.require(actor, READ_STAFF).await?;
    let today = app.profile().await?.day_of(app.now());
    let filter = StaffFilter {
        assignable: wanted.assignable.map(|yes| (yes, today)),
        roles: wanted.roles.clone(),
        statuses: wanted.statuses,
        search_terms: wanted.search_terms,
        specialty: wanted.specialty,
    };
    let found = app.store().staff_list(&filter, page).await?;
    let terms = READ_STAFF_TERMS.held_by(actor);
    let seen = |member| VisibleStaff { terms, ..VisibleStaff::of(member, &wanted.roles, today) };
    let items = found.items.into_iter().map(seen).collect();
    Ok(Page { items, next: found.next, total: found.total })
}

/// One staff member.
pub async fn staff_member(app: &App, actor: &Actor, id: StaffId) -> Result<VisibleStaff, Error> {
    app.require(actor, READ_STAFF).await?;
    let today = app.profile().await?.day_of(app.now());
    let member = app.store().staff_member(id).await?.ok_or(Error::NotFound("staff member"))?;
    let terms = READ_STAFF_TERMS.held_by(actor);
    Ok(VisibleStaff { terms, ..VisibleStaff::of(member, &[], today) })
}

/// The history of a staff record, newest first.
pub async fn staff_history(
    app: &App,
    actor: &Actor,
    id: StaffId,
    page: &PageRequest,
) -> Result<Page<ChangeRow>, Error> {
    app.require(actor, READ_STAFF_TERMS).await?;
    app.store().staff_member(id).await?.ok_or(Error::NotFound("staff member"))?;
    audited_entity::history(app, actor, Staff::KIND, id.raw(), page).await
}
