//! The forms of all actions.

use medcert_domain::policy::Role;
use medcert_testkit::{Actors, Caller, Clinic};
use serde_json::{Value, json};

use super::{Amount, Currency, Date, Field, Form, Id, Line, Note, Word, address, everything, may, must};

/// The clinic with a second manager and a second doctor, and whose cashiers need somebody to confirm.
struct House {
    clinic: Clinic,
    actors: Actors,
    manager: String,
    doctor: String,
}

impl House {
    async fn open() -> Self {
        let clinic = Clinic::open().await;
        let manager = clinic.hire("m2@demo.medcert.test", ("Olga", "Prado"), Role::Manager).await;
        let doctor = clinic.hire("d2@demo.medcert.test", ("Olena", "Їжак"), Role::Doctor).await;
        clinic.change_institution(|profile| profile.rules.cashier_may_validate = false).await;
        let actors = Actors::of(&clinic).await;
        Self { clinic, actors, manager: manager.to_string(), doctor: doctor.to_string() }
    }

    /// Refuses everything wrong with the body without a trace, then takes the longest.
    async fn check(&self, caller: &Caller, id: &str, action: &str, good: Value, fields: Vec<Field>) -> Value {
        let method = if action.is_empty() { "PATCH" } else { "POST" };
        let path = address(id, action);
        let form = Form { actors: &self.actors, caller, method, path, good, fields, objects: &[""] };
        self.all(&form).await
    }

    async fn all(&self, form: &Form<'_>) -> Value {
        let before = everything(&self.clinic).await;
        let sent = form.refuse_all().await;
        assert!(sent > 4, "{} was tried", form.path);
        assert_eq!(everything(&self.clinic).await, before, "{} left a trace", form.path);
        form.take_longest().await
    }
}

#[tokio::test]
async fn giving_and_taking_away() {
    let house = House::open().await;
    let actors = &house.actors;
    let staff = |id: &str| json!({"staff_id": id, "comment": "x"});
    let fields = || vec![must("/staff_id", Id), may("/comment", Note(1000))];
    let reason = || vec![may("/reason", Note(1000))];
    let id = actors.registered().await;
    let given =
        house.check(&actors.operator, &id, "assign-manager", staff(&actors.manager_id), fields()).await;
    assert_eq!(given["stage"], "MANAGER_ASSIGNED");
    house.check(&actors.operator, &id, "change-manager", staff(&house.manager), fields()).await;
    house.check(&actors.operator, &id, "unassign-manager", json!({"reason": "x"}), reason()).await;
    let id = actors.paid().await;
    house.check(&actors.manager, &id, "assign-doctor", staff(&actors.doctor_id), fields()).await;
    house.check(&actors.manager, &id, "change-doctor", staff(&house.doctor), fields()).await;
    house.check(&actors.manager, &id, "unassign-doctor", json!({"reason": "x"}), reason()).await;
}

#[tokio::test]
async fn money() {
    let house = House::open().await;
    let actors = &house.actors;
    let amount = || [must("/amount", Amount), must("/currency", Currency)];
    let id = actors.managed().await;
    let fee = json!({"amount": "180.00", "currency": "PEN", "reason": "x"});
    let fields = amount().into_iter().chain([must("/reason", Note(1000))]).collect();
    house.check(&actors.manager, &id, "override-fee", fee, fields).await;
    let mut payment = actors.payment("180.00");
    payment["comment"] = json!("x");
    let fields = amount().into_iter().chain([
        must("/channel", Word),
        must("/paid_on", Date),
        may("/transaction_reference", Line(100)),
        may("/comment", Note(1000)),
    ]);
    let paid = house.check(&actors.operator, &id, "register-payment", payment, fields.collect()).await;
    assert_eq!(paid["payments"][0]["transaction_reference"].as_str().unwrap().chars().count(), 100);
    let payment = &paid["payments"][0]["id"];
    let which = json!({"payment_id": payment});
    house.check(&actors.manager, &id, "validate-payment", which, vec![must("/payment_id", Id)]).await;
    let refund = json!({
        "payment_id": payment, "amount": "10.00", "currency": "PEN", "channel": "CASH", "paid_on": "2026-11-21",
        "reason": "x", "transaction_reference": "x"
    });
    let fields = amount().into_iter().chain([
        must("/payment_id", Id),
        must("/channel", Word),
        must("/paid_on", Date),
        must("/reason", Note(1000)),
        may("/transaction_reference", Line(100)),
    ]);
    house.check(&actors.manager, &id, "register-refund", refund, fields.collect()).await;
    let doubts = json!({"reason": "x"});
    house.check(&actors.manager, &id, "observe-payment", doubts, vec![must("/reason", Note(1000))]).await;
    let clear = json!({"comment": "x"});
    house.check(&actors.manager, &id, "clear-observation", clear, vec![may("/comment", Note(1000))]).await;

    let id = actors.paid().await;
    let payment = actors.seen(&actors.admin, &id).await["payments"][0]["id"].clone();
    let void = json!({"payment_id": payment, "reason": "x"});
    let fields = vec![must("/payment_id", Id), must("/reason", Note(1000))];
    house.check(&actors.manager, &id, "void-payment", void, fields).await;
}

#[tokio::test]
async fn findings_and_issuing() {
    let house = House::open().await;
    let actors = &house.actors;
    let id = actors.with_doctor().await;
    let mut good = Actors::findings();
    good["valid_from"] = json!("2026-11-21");
    good["valid_until"] = json!("2027-11-20");
    let fields = vec![
        must("/evaluated_on", Date),
        must("/conclusion", Word),
        may("/verdict", Word),
        may("/observations", Note(4000)),
        may("/recommendations", Note(4000)),
        may("/restrictions", Note(1000)),
        may("/valid_from", Date),
        may("/valid_until", Date),
        may("/diagnoses/0/text", Line(255)),
    ];
    let path = address(&id, "record-evaluation");
    let objects = &["", "/diagnoses/0"];
    let form =
        Form { actors, caller: &actors.doctor, method: "POST", path, good: good.clone(), fields, objects };
    let seen = house.all(&form).await;
    assert_eq!(seen["evaluations"][0]["observations"].as_str().unwrap().chars().count(), 4000);

    let mut observed = good;
    observed["verdict"] = json!("OBSERVED");
    observed["observed_reason"] = json!("x");
    let fields = vec![may("/observed_reason", Note(1000))];
    house.check(&actors.doctor, &id, "record-evaluation", observed, fields).await;
    actors.act(&actors.doctor, &id, "record-evaluation", Actors::findings()).await;
    house.check(&actors.doctor, &id, "issue", json!({}), vec![]).await;
}

#[tokio::test]
async fn ending_and_taking_up_again() {
    let house = House::open().await;
    let actors = &house.actors;
    let reason = || must("/reason", Note(1000));
    let id = actors.with_doctor().await;
    let close = json!({"outcome": "NO_SHOW", "reason": "x", "money": "KEEP"});
    let fields = vec![must("/outcome", Word), reason(), may("/money", Word)];
    house.check(&actors.doctor, &id, "close", close, fields).await;
    let reopen = json!({"reason": "x", "reason_code": "CLERICAL_CORRECTION"});
    house.check(&actors.admin, &id, "reopen", reopen, vec![reason(), may("/reason_code", Word)]).await;
    let cancel = json!({"reason": "x", "money": "REFUND_DUE"});
    house.check(&actors.admin, &id, "cancel", cancel, vec![reason(), may("/money", Word)]).await;
    let payload = json!({"reason": "x", "action": "CHANGE_MANAGER", "payload": {"staff_id": house.manager}});
    let fields = vec![
        reason(),
        must("/action", Word),
        must("/payload/staff_id", Id),
        may("/payload/comment", Note(1000)),
    ];
    let path = address(&id, "override");
    let objects = &["", "/payload"];
    let form = Form { actors, caller: &actors.admin, method: "POST", path, good: payload, fields, objects };
    house.all(&form).await;

    let id = actors.registered().await;
    let (path, good) = (address(&id, ""), json!({"reason": "x"}));
    let form = Form {
        actors,
        caller: &actors.admin,
        method: "DELETE",
        path,
        good,
        fields: vec![reason()],
        objects: &[""],
    };
    house.all(&form).await;
    assert_eq!(actors.admin.get(&form.path).await.status, 404);
}

#[tokio::test]
async fn editing() {
    let house = House::open().await;
    let actors = &house.actors;
    let id = actors.registered().await;
    let good = json!({
        "client": {
            "given_names": "Ana", "family_names": "Paz", "birth_date": "1990-01-01", "address": "x",
            "preferred_locale": "es"
        },
        "care": {"mode": "ON_SITE", "place": "x"}, "external_reference": "x", "comment": "x"
    });
    // Left out is no fault of a merge patch, and null clears what may be cleared.
    let fields = vec![
        may("/client/given_names", Line(150)),
        may("/client/family_names", Line(150)),
        may("/client/birth_date", Date),
        may("/client/address", Line(500)),
        may("/client/preferred_locale", Word),
        must("/care/mode", Word),
        may("/care/place", Line(255)),
        may("/external_reference", Line(100)),
        may("/comment", Note(1000)),
        may("/service_id", Id),
        may("/promoter_id", Id),
    ];
    let path = address(&id, "");
    let objects = &["", "/client", "/care"];
    let form = Form { actors, caller: &actors.operator, method: "PATCH", path, good, fields, objects };
    house.all(&form).await;
}
