//! The table of the design, typed by hand: the second source for every cell.

use std::sync::LazyLock;

use crate::{
    certification::{
        Action, Stage,
        policy::{MATRIX, roles_for},
    },
    policy::Role,
};

/// Actions, then the roles in REGISTERED, `MANAGER_ASSIGNED`, PAID, `DOCTOR_ASSIGNED`, EVALUATED, CLOSED, CANCELLED.
const TABLE: &str = "
REGISTER                                                              | AOM  | -    | -    | -    | -    | - | -
EDIT                                                                  | AOMD | AOMD | AOMD | AOMD | AOMD | - | -
ASSIGN_MANAGER UNASSIGN_MANAGER                                       | AOM  | AOM  | AOM  | AOM  | AOM  | - | -
CHANGE_MANAGER                                                        | -    | AOM  | AOM  | AOM  | AOM  | - | -
OVERRIDE_FEE VOID_PAYMENT OBSERVE_PAYMENT CLEAR_OBSERVATION VALIDATE_PAYMENT | AM | AM | AM | AM | AM  | - | -
REGISTER_PAYMENT                                                      | AOM  | AOM  | AOM  | AOM  | AOM  | - | -
REGISTER_REFUND                                                       | AM   | AM   | AM   | AM   | AM   | A | AM
ASSIGN_DOCTOR                                                         | -    | -    | AM   | -    | -    | - | -
CHANGE_DOCTOR UNASSIGN_DOCTOR                                         | AMD  | AMD  | AMD  | AMD  | AD   | - | -
RECORD_EVALUATION                                                     | D    | D    | D    | D    | D    | - | -
ISSUE                                                                 | -    | -    | -    | -    | D    | - | -
CLOSE                                                                 | -    | -    | -    | AD   | AD   | - | -
CANCEL                                                                | AOM  | AOM  | AOM  | AOMD | AD   | - | -
REOPEN                                                                | -    | -    | -    | -    | -    | A | A
DELETE                                                                | A    | A    | A    | A    | -    | A | A
OVERRIDE                                                              | -    | -    | -    | -    | -    | A | A
ADD_FILE                                                              | AOMD | AOMD | AOMD | AOMD | AOMD | A | A
DELETE_FILE                                                           | AOMD | AOMD | AOMD | AOMD | AOMD | - | -
";

static CELLS: LazyLock<Vec<Vec<&str>>> = LazyLock::new(|| {
    let row = |action: &Action| {
        let mut rows = TABLE.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
        let names = |row: &Vec<&str>| row[0].split_whitespace().any(|name| name == action.code());
        rows.find(names).unwrap_or_else(|| panic!("{action} is missing from the table"))
    };
    Action::ALL.iter().map(row).collect()
});

/// The letters of one cell, `-` for nobody.
pub(super) fn cell(action: Action, stage: Stage) -> &'static str {
    let column = match stage {
        Stage::Registered => 1,
        Stage::ManagerAssigned => 2,
        Stage::Paid => 3,
        Stage::DoctorAssigned => 4,
        Stage::Evaluated => 5,
        Stage::Closed => 6,
        Stage::Cancelled => 7,
    };
    CELLS[action as usize][column]
}

pub(super) fn letter(role: Role) -> char {
    match role {
        Role::Admin => 'A',
        Role::Operator => 'O',
        Role::Manager => 'M',
        Role::Doctor => 'D',
        Role::Auditor => '?',
    }
}

#[test]
fn every_cell_is_that_of_the_design() {
    let mut cells = 0;
    for action in Action::ALL {
        for stage in Stage::ALL {
            for role in Role::ALL {
                let expected = cell(*action, *stage).contains(letter(*role));
                let found = roles_for(*action, *stage).contains(role);
                assert_eq!(found, expected, "{action} in {stage} by {role}");
                cells += 1;
            }
        }
    }
    assert_eq!(cells, 24 * 7 * 5);
}

#[test]
fn every_action_has_one_row_in_the_order_of_the_actions() {
    let rows: Vec<Action> = MATRIX.iter().map(|row| row.action).collect();
    assert_eq!(rows, Action::ALL);
}

#[test]
fn stages_led_to_are_those_of_the_moves() {
    for row in MATRIX.iter().filter(|row| row.action != Action::Register) {
        for to in Stage::ALL {
            let entered = Stage::ALL.iter().any(|from| row.can_move(*from, *to));
            assert_eq!(row.leads_to.contains(to), entered, "{} to {to}", row.action);
        }
    }
}

#[test]
fn moves_start_where_somebody_has_the_action() {
    for row in MATRIX {
        for from in Stage::ALL.iter().filter(|from| Stage::ALL.iter().any(|to| row.can_move(**from, *to))) {
            // While an evaluation stands, CLOSE has the cell of EVALUATED in the stages below it too.
            let by_evaluation = row.action == Action::Close && from.is_open();
            assert!(by_evaluation || !roles_for(row.action, *from).is_empty(), "{} from {from}", row.action);
            assert!(!row.can_move(*from, *from), "{} from {from} to itself is no move", row.action);
        }
    }
}
