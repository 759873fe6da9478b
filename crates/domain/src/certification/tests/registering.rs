use super::*;
use crate::{people::Relationship, policy::Role};

#[test]
fn a_request_starts_with_the_fee_of_its_service() {
    let world = World::new();
    let (request, outcome) = world.register(&operator(), Some(FITNESS), None).unwrap();
    assert_eq!(request.fee(), Some(Fee { money: pen(FEE), source: FeeSource::Service }));
    assert_eq!((request.stage, request.settlement.status()), (Stage::Registered, PaymentStatus::Pending));
    assert_eq!((request.registered_by, request.operator), (id(OPERATOR), Some(id(OPERATOR))));
    assert_eq!((request.stage_since, request.created_at, request.version), (noon(), noon(), 0));
    assert_eq!(request.waiting_for(), WaitingFor::Operator);
    assert_eq!(lines(&outcome), ["REGISTER stage: - -> REGISTERED"]);
    assert_eq!(outcome.events, [Event::RequestRegistered]);
}

#[test]
fn without_a_service_there_is_no_fee() {
    let (request, _) = World::new().register(&operator(), None, None).unwrap();
    assert_eq!((request.fee(), request.settlement.status()), (None, PaymentStatus::Pending));
}

#[test]
fn a_free_service_is_paid_at_once() {
    let (request, outcome) = World::new().register(&operator(), Some(FREE), None).unwrap();
    assert_eq!((request.stage, request.settlement.status()), (Stage::Paid, PaymentStatus::Paid));
    assert_eq!(request.waiting_for(), WaitingFor::Manager);
    assert_eq!(lines(&outcome), ["REGISTER stage: - -> PAID"]);
}

#[test]
fn the_fee_is_a_snapshot() {
    let mut case = Case::of(Some(FITNESS));
    case.world.services[0].fee = pen(1);
    assert_eq!(case.request.fee().unwrap().money, pen(FEE));
    let service = Some(Some(case.world.service(FITNESS)));
    let outcome = case.done(&operator(), edit(Edit { service, ..Edit::default() }));
    assert!(outcome.lines.is_empty(), "the same service is no change");
    assert_eq!(case.request.fee().unwrap().money, pen(FEE));
}

#[test]
fn operators_managers_and_administrators_register() {
    for role in Role::ALL.iter().copied() {
        let answer = World::new().register(&actor(20, &[role]), Some(FITNESS), None);
        let may = matches!(role, Role::Admin | Role::Operator | Role::Manager);
        assert_eq!(answer.is_ok(), may, "{role}");
        if !may {
            assert_eq!(answer.unwrap_err(), Refusal::Forbidden(Action::Register));
        }
    }
}

#[test]
fn nobody_registers_a_request_whose_client_or_guardian_they_are() {
    let world = World::new();
    let refused = Refusal::NotYours(Action::Register);
    let client = actor(CLIENT, &[Role::Admin]);
    assert_eq!(world.register(&client, Some(FITNESS), None).unwrap_err(), refused);
    let guardian = actor(GUARDIAN, &[Role::Admin]);
    assert_eq!(world.register(&guardian, Some(FITNESS), Some(parent())).unwrap_err(), refused);
    assert!(world.register(&guardian, Some(FITNESS), None).is_ok());
}

#[test]
fn a_guardian_is_of_age_and_not_the_client() {
    let mut world = World::new();
    let register = |world: &World, guardian| world.register(&operator(), Some(FITNESS), Some(guardian));
    assert_eq!(register(&world, parent()).unwrap().0.guardian, Some(parent()));
    let same = Guardian { person: id(CLIENT), relationship: Relationship::Other };
    assert_eq!(fault(register(&world, same)), (text("/guardian"), "same-person"));
    world.guardian.birth_date = Some(day(2008, 6, 16));
    assert_eq!(fault(register(&world, parent())), (text("/guardian/birth_date"), "minor"));
    world.guardian.birth_date = Some(day(2008, 6, 15));
    assert!(register(&world, parent()).is_ok(), "of age on the birthday itself");
    world.rules.age_of_majority = 21;
    assert_eq!(fault(register(&world, parent())), (text("/guardian/birth_date"), "minor"));
    world.guardian.birth_date = None;
    assert!(register(&world, parent()).is_ok(), "an unknown age is not held against anybody");
}
