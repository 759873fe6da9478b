//! Managers and doctors: assigning, changing, taking away.

use super::super::{
    Action, Assignment, AssignmentRole, Certification, Context, HistoryLine, Outcome, Refusal,
};
use crate::people::Member;
use crate::{Invalid, people::StaffRole};

fn invalid(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal::Invalid(Invalid::one("/staff_id", code, message))
}

impl Certification {
    pub(super) fn assign_manager(
        &mut self,
        to: &Member,
        comment: Option<String>,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        self.check_member(to, StaffRole::Manager, ctx)?;
        self.start(AssignmentRole::Manager, to, ctx);
        let line = HistoryLine::of(Action::AssignManager);
        out.lines.push(line.field("manager", None, Some(to.name.clone())).comment(comment));
        Ok(())
    }

    pub(super) fn change_manager(
        &mut self,
        to: &Member,
        comment: Option<String>,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        self.check_member(to, StaffRole::Manager, ctx)?;
        let before = self.end(AssignmentRole::Manager, ctx);
        self.start(AssignmentRole::Manager, to, ctx);
        let line = HistoryLine::of(Action::ChangeManager);
        out.lines.push(line.field("manager", before, Some(to.name.clone())).comment(comment));
        Ok(())
    }

    pub(super) fn unassign_manager(&mut self, reason: Option<String>, ctx: &Context<'_>, out: &mut Outcome) {
        let before = self.end(AssignmentRole::Manager, ctx);
        out.lines
            .push(HistoryLine::of(Action::UnassignManager).field("manager", before, None).comment(reason));
    }

    pub(super) fn assign_doctor(
        &mut self,
        to: &Member,
        comment: Option<String>,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        let separation_waived = self.check_doctor(to, ctx)?;
        self.start(AssignmentRole::Doctor, to, ctx);
        let line = HistoryLine { separation_waived, ..HistoryLine::of(Action::AssignDoctor) };
        out.lines.push(line.field("doctor", None, Some(to.name.clone())).comment(comment));
        Ok(())
    }

    pub(super) fn change_doctor(
        &mut self,
        to: &Member,
        comment: Option<String>,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        let separation_waived = self.check_doctor(to, ctx)?;
        self.supersede_evaluation(ctx);
        let before = self.end(AssignmentRole::Doctor, ctx);
        self.start(AssignmentRole::Doctor, to, ctx);
        let line = HistoryLine { separation_waived, ..HistoryLine::of(Action::ChangeDoctor) };
        out.lines.push(line.field("doctor", before, Some(to.name.clone())).comment(comment));
        Ok(())
    }

    pub(super) fn unassign_doctor(
        &mut self,
        reason: Option<String>,
        ctx: &Context<'_>,
        out: &mut Outcome,
    ) -> Result<(), Refusal> {
        let declines = self.doctor().is_some() && self.doctor() == ctx.actor.staff;
        if declines && reason.is_none() {
            return Err(Invalid::one("/reason", "required", "a doctor who declines says why").into());
        }
        self.supersede_evaluation(ctx);
        let before = self.end(AssignmentRole::Doctor, ctx);
        out.lines.push(HistoryLine::of(Action::UnassignDoctor).field("doctor", before, None).comment(reason));
        Ok(())
    }

    fn check_member(&self, to: &Member, role: StaffRole, ctx: &Context<'_>) -> Result<(), Refusal> {
        let reasons = to.staff.not_assignable(role, to.user.as_ref(), ctx.today);
        if !reasons.is_empty() {
            let reasons: Vec<&str> = reasons.iter().map(|r| r.code()).collect();
            return Err(invalid("not-assignable", format!("cannot be assigned: {}", reasons.join(", "))));
        }
        let current = match role {
            StaffRole::Doctor => self.doctor(),
            StaffRole::Manager | StaffRole::Operator => self.manager(),
        };
        if current == Some(to.staff.id) {
            return Err(invalid("unchanged", "is assigned already"));
        }
        let party =
            to.staff.person == self.client || self.guardian.is_some_and(|g| g.person == to.staff.person);
        if party {
            return Err(invalid("party", "nobody works on a request whose client or guardian they are"));
        }
        Ok(())
    }

    /// Whether a relaxed setting was needed for this doctor.
    fn check_doctor(&self, to: &Member, ctx: &Context<'_>) -> Result<bool, Refusal> {
        self.check_member(to, StaffRole::Doctor, ctx)?;
        // Either trace counts: an account can be linked to the staff record later, or to another one.
        let registered_it = to.user.as_ref().is_some_and(|user| user.id == self.registered_by)
            || self.operator == Some(to.staff.id);
        if registered_it && !ctx.rules.registrar_may_evaluate {
            return Err(invalid("registrar", "registered this request and so may not be its doctor"));
        }
        Ok(registered_it)
    }

    fn start(&mut self, role: AssignmentRole, to: &Member, ctx: &Context<'_>) {
        self.assignments.push(Assignment {
            id: ctx.id(),
            role,
            staff: to.staff.id,
            assigned_by: ctx.actor.user,
            assigned_at: ctx.now,
            ended_at: None,
        });
    }

    /// Ends the current assignment and tells who it was.
    fn end(&mut self, role: AssignmentRole, ctx: &Context<'_>) -> Option<String> {
        let current = self.assignments.iter_mut().find(|a| a.role == role && a.ended_at.is_none())?;
        current.ended_at = Some(ctx.now);
        ctx.name_of(role)
    }

    pub(super) fn supersede_evaluation(&mut self, ctx: &Context<'_>) {
        for evaluation in self.evaluations.iter_mut().filter(|e| e.superseded_at.is_none()) {
            evaluation.superseded_at = Some(ctx.now);
        }
    }
}
