use super::*;
use crate::{FieldChange, people::Relationship, policy::Role};

fn change(field: &'static str, applied: bool) -> FieldChange {
    FieldChange { field, old: Some(text("old")), new: Some(text("new")), applied }
}

fn to_service(case: &Case, number: u128) -> Command {
    edit(Edit { service: Some(Some(case.world.service(number))), ..Edit::default() })
}

fn to_guardian(guardian: Option<Guardian>) -> Command {
    edit(Edit { guardian: Some(guardian), ..Edit::default() })
}

fn to_client(number: u128) -> Command {
    edit(Edit { client: Some(id(number)), ..Edit::default() })
}

#[test]
fn each_changed_field_is_one_line() {
    let mut case = Case::at(Stage::Registered);
    let everything = Edit {
        client_changes: vec![change("given_names", true), change("email", false)],
        promoter: Some(Some(id(77))),
        fields: RequestPatch {
            care: Some(Some(Care { mode: CareMode::OnSite, place: Some(text("Lima")) })),
            external_reference: Some(Some(text("X-1"))),
            comment: Some(Some(text("urgent"))),
            priority: Some(Priority::Urgent),
        },
        ..Edit::default()
    };
    let outcome = case.done(&operator(), edit(everything.clone()));
    let promoter = format!("EDIT promoter: - -> {}", case.request.promoter.unwrap());
    let told = [
        "EDIT client.given_names: old -> new",
        &promoter,
        "EDIT care: - -> ON_SITE: Lima",
        "EDIT external_reference: - -> X-1",
        "EDIT comment: - -> urgent",
        "EDIT priority: NORMAL -> URGENT",
    ];
    assert_eq!(lines(&outcome), told);
    let again = case.done(&operator(), edit(Edit { client_changes: vec![], ..everything }));
    assert!(again.lines.is_empty() && again.events.is_empty(), "what is the same already is no change");
    let cleared = Edit {
        fields: RequestPatch { care: Some(None), comment: Some(None), ..RequestPatch::default() },
        ..Edit::default()
    };
    let outcome = case.done(&operator(), edit(cleared));
    assert_eq!(lines(&outcome), ["EDIT care: ON_SITE: Lima -> -", "EDIT comment: urgent -> -"]);
    assert_eq!((&case.request.info.care, &case.request.info.external_reference), (&None, &Some(text("X-1"))));
}

#[test]
fn a_changed_service_brings_its_fee_until_money_comes_in() {
    let mut case = Case::at(Stage::ManagerAssigned);
    let outcome = case.done(&operator(), to_service(&case, DEAR));
    let told = ["EDIT service: Fitness -> Driving", "EDIT fee: 200.00 PEN -> 300.00 PEN"];
    assert_eq!(lines(&outcome), told);
    assert!(outcome.events.is_empty());
    case.done(&manager(), fee(1));
    case.done(&operator(), to_service(&case, FITNESS));
    assert_eq!(case.request.fee(), Some(Fee { money: pen(FEE), source: FeeSource::Service }));
    let outcome = case.done(&operator(), to_service(&case, FREE));
    assert_eq!((case.request.stage, outcome.events.as_slice()), (Stage::Paid, &[Event::StageChanged][..]));
    case.done(&operator(), to_service(&case, FITNESS));
    assert_eq!(case.request.stage, Stage::ManagerAssigned);
    case.done(&manager(), pay(1));
    let outcome = case.done(&operator(), to_service(&case, DEAR));
    assert_eq!(lines(&outcome), ["EDIT service: Fitness -> Driving"]);
    assert_eq!(case.request.fee().unwrap().money, pen(FEE), "stays after the first payment");
    case.done(&operator(), to_service(&case, FOREIGN));
    assert_eq!(case.request.fee().unwrap().money, pen(FEE), "and so does its currency");
    case.done(&manager(), void(case.last_payment()));
    case.done(&operator(), to_service(&case, DEAR));
    assert_eq!(case.request.fee().unwrap().money, pen(30_000), "a voided payment never happened");
    case.done(&operator(), edit(Edit { service: Some(None), ..Edit::default() }));
    assert_eq!((case.request.service, case.request.fee()), (None, None));
}

#[test]
fn a_pending_payment_holds_the_fee_too() {
    let mut case = Case::at(Stage::Registered);
    case.world.rules.cashier_may_validate = false;
    case.done(&operator(), pay(1));
    case.done(&operator(), to_service(&case, DEAR));
    assert_eq!(case.request.fee().unwrap().money, pen(FEE));
}

#[test]
fn from_the_doctor_on_the_service_is_fixed() {
    for stage in [Stage::DoctorAssigned, Stage::Evaluated] {
        let mut case = Case::at(stage);
        assert_eq!(reasons(case.act(&admin(), to_service(&case, DEAR))), [Blocker::DoctorAssigned]);
        assert!(case.act(&admin(), to_service(&case, FITNESS)).is_ok(), "the same one is no change");
        case.done(&manager(), observe());
        assert_eq!(case.request.stage, Stage::ManagerAssigned);
        let refused = reasons(case.act(&admin(), to_service(&case, DEAR)));
        assert_eq!(refused, [Blocker::DoctorAssigned], "doubtful money is no way round");
    }
    let mut paid = Case::at(Stage::Paid);
    assert!(paid.act(&operator(), to_service(&paid, DEAR)).is_ok());
    assert_eq!(paid.request.stage, Stage::Paid);
}

#[test]
fn guardians_come_and_go() {
    let mut case = Case::at(Stage::Registered);
    let outcome = case.done(&operator(), to_guardian(Some(parent())));
    let rosa = parent().person;
    assert_eq!(lines(&outcome), [format!("EDIT guardian: - -> PARENT {rosa}")]);
    let legal = Guardian { relationship: Relationship::LegalGuardian, ..parent() };
    let outcome = case.done(&operator(), to_guardian(Some(legal)));
    assert_eq!(lines(&outcome), [format!("EDIT guardian: PARENT {rosa} -> LEGAL_GUARDIAN {rosa}")]);
    case.done(&operator(), to_guardian(None));
    assert_eq!(case.request.guardian, None);
    let same = Guardian { person: id(CLIENT), relationship: Relationship::Other };
    assert_eq!(fault(case.act(&operator(), to_guardian(Some(same)))), (text("/guardian"), "same-person"));
}

#[test]
fn a_guardian_made_younger_is_refused() {
    let mut case = Case::at(Stage::Registered);
    case.done(&operator(), to_guardian(Some(parent())));
    case.world.guardian.birth_date = Some(day(2010, 1, 1));
    let younger = Edit { guardian_changes: vec![change("birth_date", true)], ..Edit::default() };
    assert_eq!(fault(case.act(&operator(), edit(younger))), (text("/guardian/birth_date"), "minor"));
    case.world.guardian.birth_date = Some(day(1960, 1, 1));
    let older = Edit { guardian_changes: vec![change("birth_date", true)], ..Edit::default() };
    assert_eq!(lines(&case.done(&operator(), edit(older))), ["EDIT guardian.birth_date: old -> new"]);
}

#[test]
fn another_client_only_before_an_evaluation() {
    let mut case = Case::at(Stage::DoctorAssigned);
    assert!(lines(&case.done(&operator(), to_client(CLIENT))).is_empty(), "the same one is no change");
    let mut linked = case.clone();
    let outcome = linked.done(&operator(), to_client(STRANGER));
    let told = format!("EDIT client: {} -> {}", case.request.client, linked.request.client);
    assert_eq!(lines(&outcome), [told]);
    case.done(&doctor(), evaluate(fit()));
    assert_eq!(reasons(case.act(&operator(), to_client(STRANGER))), [Blocker::MedicalActExists]);
    assert!(case.act(&operator(), to_client(CLIENT)).is_ok());
    case.done(&admin(), Command::UnassignDoctor { reason: None });
    let refused = reasons(case.act(&operator(), to_client(STRANGER)));
    assert_eq!(refused, [Blocker::MedicalActExists], "a superseded one was about the former client too");
}

#[test]
fn the_guardian_does_not_become_the_client() {
    let mut case = Case::at(Stage::Registered);
    case.done(&operator(), to_guardian(Some(parent())));
    assert_eq!(fault(case.act(&operator(), to_client(GUARDIAN))), (text("/client"), "same-person"));
    let both = Edit { client: Some(id(GUARDIAN)), guardian: Some(None), ..Edit::default() };
    assert!(case.act(&operator(), edit(both)).is_ok());
    let back = Guardian { person: id(GUARDIAN), relationship: Relationship::Parent };
    assert_eq!(fault(case.act(&operator(), to_guardian(Some(back)))), (text("/guardian"), "same-person"));
}

#[test]
fn nobody_makes_themselves_client_or_guardian() {
    let mut case = Case::at(Stage::Registered);
    let refused = Refusal::NotYours(Action::Edit);
    let self_acting = actor(GUARDIAN, &[Role::Operator]);
    assert_eq!(case.act(&self_acting, to_client(GUARDIAN)).unwrap_err(), refused);
    assert_eq!(case.act(&self_acting, to_guardian(Some(parent()))).unwrap_err(), refused);
    case.done(&operator(), to_guardian(Some(parent())));
    assert_eq!(case.act(&self_acting, edit(Edit::default())).unwrap_err(), refused);
}
