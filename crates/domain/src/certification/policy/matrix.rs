//! The table of moves: who may do what in which stage, and where that can lead.

use std::fmt::Write as _;

use crate::{
    certification::{Action, Stage},
    policy::Role::{self, Admin as A, Doctor as D, Manager as M, Operator as O},
};

/// One action: the roles that have it in each stage (in the order of [`Stage::ALL`]) and the stages it can lead to.
#[derive(Debug)]
pub struct Row {
    /// The action.
    pub action: Action,
    /// Roles by stage.
    pub cells: [&'static [Role]; 7],
    /// Stages in which the request can be afterwards, besides the one it was in.
    pub leads_to: &'static [Stage],
    /// The same from where: out of each stage of the first list into each of the second.
    pub moves: &'static [Moves],
}

/// Stages that can be left, and those that can be entered from each of them.
pub type Moves = (&'static [Stage], &'static [Stage]);

impl Row {
    /// Whether the action can bring a request from one stage to another.
    pub fn can_move(&self, from: Stage, to: Stage) -> bool {
        self.moves.iter().any(|(left, entered)| left.contains(&from) && entered.contains(&to))
    }
}

const NONE: &[Role] = &[];
const AM: &[Role] = &[A, M];
const AD: &[Role] = &[A, D];
const AOM: &[Role] = &[A, O, M];
const AMD: &[Role] = &[A, M, D];
const ALL: &[Role] = &[A, O, M, D];
const ADMIN: &[Role] = &[A];
const DOCTOR: &[Role] = &[D];

const fn open(roles: &'static [Role]) -> [&'static [Role]; 7] {
    [roles, roles, roles, roles, roles, NONE, NONE]
}

use Stage::{Cancelled, Closed, DoctorAssigned, Evaluated, ManagerAssigned, Paid, Registered};

/// Where a request stands while its fee is not covered, and while it is: money crosses from one to the other,
/// and its assignments and evaluations say where it comes out.
const UNPAID: &[Stage] = &[Registered, ManagerAssigned];
const COVERED: &[Stage] = &[Paid, DoctorAssigned, Evaluated];
const OPEN: &[Stage] = &[Registered, ManagerAssigned, Paid, DoctorAssigned, Evaluated];

const LIFTS: &[Moves] = &[(UNPAID, COVERED)];
const DROPS: &[Moves] = &[(COVERED, UNPAID)];

const fn row(
    action: Action,
    cells: [&'static [Role]; 7],
    leads_to: &'static [Stage],
    moves: &'static [Moves],
) -> Row {
    Row { action, cells, leads_to, moves }
}

/// The whole policy of certification. REGISTER has no stage yet; its roles stand under REGISTERED.
pub const MATRIX: &[Row] = &[
    row(Action::Register, [AOM, NONE, NONE, NONE, NONE, NONE, NONE], &[Registered, Paid], &[]),
    // A changed service brings its fee, until a doctor is assigned.
    row(
        Action::Edit,
        open(ALL),
        &[Registered, ManagerAssigned, Paid],
        &[(UNPAID, &[Paid]), (&[Paid], UNPAID)],
    ),
    row(Action::AssignManager, open(AOM), &[ManagerAssigned], &[(&[Registered], &[ManagerAssigned])]),
    row(Action::UnassignManager, open(AOM), &[Registered], &[(&[ManagerAssigned], &[Registered])]),
    row(Action::ChangeManager, [NONE, AOM, AOM, AOM, AOM, NONE, NONE], &[], &[]),
    row(Action::OverrideFee, open(AM), OPEN, &[(UNPAID, COVERED), (COVERED, UNPAID)]),
    row(Action::RegisterPayment, open(AOM), COVERED, LIFTS),
    row(Action::ValidatePayment, open(AM), COVERED, LIFTS),
    row(Action::VoidPayment, open(AM), UNPAID, DROPS),
    row(Action::RegisterRefund, [AM, AM, AM, AM, AM, ADMIN, AM], UNPAID, DROPS),
    row(Action::ObservePayment, open(AM), UNPAID, DROPS),
    row(Action::ClearObservation, open(AM), COVERED, LIFTS),
    row(
        Action::AssignDoctor,
        [NONE, NONE, AM, NONE, NONE, NONE, NONE],
        &[DoctorAssigned],
        &[(&[Paid], &[DoctorAssigned])],
    ),
    row(
        Action::ChangeDoctor,
        [AMD, AMD, AMD, AMD, AD, NONE, NONE],
        &[DoctorAssigned],
        &[(&[Evaluated], &[DoctorAssigned])],
    ),
    row(
        Action::UnassignDoctor,
        [AMD, AMD, AMD, AMD, AD, NONE, NONE],
        &[Paid],
        &[(&[DoctorAssigned, Evaluated], &[Paid])],
    ),
    row(Action::RecordEvaluation, open(DOCTOR), &[Evaluated], &[(&[DoctorAssigned], &[Evaluated])]),
    row(Action::Issue, [NONE, NONE, NONE, NONE, DOCTOR, NONE, NONE], &[Closed], &[(&[Evaluated], &[Closed])]),
    // From the unpaid stages only while an evaluation stands: see `kept_for`.
    row(
        Action::Close,
        [NONE, NONE, NONE, AD, AD, NONE, NONE],
        &[Closed],
        &[(&[Registered, ManagerAssigned, DoctorAssigned, Evaluated], &[Closed])],
    ),
    row(Action::Cancel, [AOM, AOM, AOM, ALL, AD, NONE, NONE], &[Cancelled], &[(OPEN, &[Cancelled])]),
    // Whatever was closed has a doctor, so it comes back to one or to the unpaid stages.
    row(
        Action::Reopen,
        [NONE, NONE, NONE, NONE, NONE, ADMIN, ADMIN],
        OPEN,
        &[(&[Closed], &[Registered, ManagerAssigned, DoctorAssigned, Evaluated]), (&[Cancelled], OPEN)],
    ),
    row(Action::Delete, [ADMIN, ADMIN, ADMIN, ADMIN, NONE, ADMIN, ADMIN], &[], &[]),
    row(Action::Override, [NONE, NONE, NONE, NONE, NONE, ADMIN, ADMIN], &[], &[]),
    row(Action::AddFile, [ALL, ALL, ALL, ALL, ALL, ADMIN, ADMIN], &[], &[]),
    // Of these, only who uploaded the file and the administrator: see `may_delete_file`.
    row(Action::DeleteFile, open(ALL), &[], &[]),
];

/// The roles that have the action in the stage, before the object rule.
pub fn roles_for(action: Action, stage: Stage) -> &'static [Role] {
    let column = Stage::ALL.iter().position(|s| *s == stage);
    MATRIX
        .iter()
        .find(|row| row.action == action)
        .zip(column)
        .and_then(|(row, column)| row.cells.get(column))
        .map_or(NONE, |roles| roles)
}

fn letters(roles: &[Role]) -> String {
    let letters: Vec<&str> = roles.iter().filter_map(|role| role.code().get(..1)).collect();
    if letters.is_empty() { "–".to_owned() } else { letters.join(" ") }
}

/// The matrix as a Markdown table: the golden file, and what the docs show.
pub fn markdown() -> String {
    let mut text = String::from("| action |");
    for stage in Stage::ALL {
        let _ = write!(text, " {stage} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(Stage::ALL.len()));
    text.push('\n');
    for row in MATRIX {
        let _ = write!(text, "| {} |", row.action);
        for roles in row.cells {
            let _ = write!(text, " {} |", letters(roles));
        }
        text.push('\n');
    }
    text
}

/// The state diagram in Mermaid, drawn from the same table.
pub fn mermaid() -> String {
    let mut text = String::from("stateDiagram-v2\n");
    for row in MATRIX.iter().filter(|row| row.action == Action::Register) {
        for to in row.leads_to {
            let _ = writeln!(text, "    [*] --> {to}: {}", row.action);
        }
    }
    for from in Stage::ALL {
        for to in Stage::ALL {
            let actions: Vec<&str> =
                MATRIX.iter().filter(|row| row.can_move(*from, *to)).map(|row| row.action.code()).collect();
            if !actions.is_empty() {
                let _ = writeln!(text, "    {from} --> {to}: {}", actions.join(", "));
            }
        }
    }
    text
}
