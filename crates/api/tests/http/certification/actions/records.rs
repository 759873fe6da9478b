//! What every action writes beside its effect: history, audit and messages, once each.

use medcert_domain::policy::Role;
use medcert_testkit::{Actors, Caller, Clinic};
use serde_json::{Value, json};

use super::super::line;

/// The ledger of a clinic, to see what one action adds.
struct Ledger<'c> {
    clinic: &'c Clinic,
    actors: Actors,
}

const AUDIT: &str = "SELECT action FROM audit_event WHERE action LIKE 'certification.%' AND outcome = 'ok' \
                     AND action <> 'certification.read' ORDER BY occurred_at, id";
const OUTBOX: &str = "SELECT event FROM outbox_message ORDER BY occurred_at, id";

impl Ledger<'_> {
    /// Does the action; it must count one version, write one audit event and tell exactly these events.
    async fn act(&self, caller: &Caller, id: &str, action: &str, body: Value, events: &[&str]) -> Value {
        let before = self.actors.seen(&self.actors.admin, id).await;
        let lines = self.actors.history(id).await.len();
        let (noted, summary) = (self.clinic.texts(AUDIT).await.len(), self.clinic.texts(OUTBOX).await.len());
        let done = match action {
            "edit" => self.actors.edit(caller, id, &body).await.expect(200).body,
            _ => self.actors.act(caller, id, action, body).await,
        };
        assert_eq!(done["version"].as_i64().unwrap(), before["version"].as_i64().unwrap() + 1, "{action}");
        let history = self.actors.history(id).await;
        assert!(history.len() > lines, "{action} is in the history");
        let named = action.replace('-', "_");
        let added = history.len() - lines;
        if action != "override" {
            assert!(
                history.iter().take(added).all(|entry| line(entry)[0] == named.to_uppercase()),
                "{action}"
            );
        }
        let audit = self.clinic.texts(AUDIT).await;
        assert_eq!(audit[noted..], [format!("certification.{named}")], "{action}");
        let outbox = self.clinic.texts(OUTBOX).await;
        assert_eq!(outbox[summary..], *events, "{action}");
        done
    }
}

#[tokio::test]
async fn every_action_is_written_down_once() {
    const STAGE: &str = "request.stage_changed";
    let clinic = Clinic::open().await;
    let other = clinic.hire("m2@demo.medcert.test", ("Olga", "Prado"), Role::Manager).await;
    let second = clinic.hire("d2@demo.medcert.test", ("Olena", "Їжак"), Role::Doctor).await;
    clinic.change_institution(|profile| profile.rules.cashier_may_validate = false).await;
    let ledger = Ledger { clinic: &clinic, actors: Actors::of(&clinic).await };
    let actors = &ledger.actors;
    let id = actors.registered().await;
    let (admin, operator, doctor) = (&actors.admin, &actors.operator, &actors.doctor);
    let to = |staff: &str| json!({"staff_id": staff});
    let (other, second) = (to(&other.to_string()), to(&second.to_string()));

    ledger.act(operator, &id, "edit", json!({"comment": "x"}), &[]).await;
    ledger.act(operator, &id, "assign-manager", to(&actors.manager_id), &[STAGE]).await;
    ledger.act(operator, &id, "change-manager", other.clone(), &[]).await;
    ledger.act(operator, &id, "unassign-manager", json!({}), &[STAGE]).await;
    let fee = json!({"amount": "100.00", "currency": "PEN", "reason": "x"});
    ledger.act(admin, &id, "override-fee", fee, &[]).await;
    let paid = actors.payment("100.00");
    let paid = ledger.act(operator, &id, "register-payment", paid, &["payment.registered"]).await;
    let payment = paid["payments"][0]["id"].clone();
    ledger.act(admin, &id, "validate-payment", json!({"payment_id": payment}), &[STAGE]).await;
    ledger.act(admin, &id, "observe-payment", json!({"reason": "x"}), &[STAGE]).await;
    ledger.act(admin, &id, "clear-observation", json!({}), &[STAGE]).await;
    let void = json!({"payment_id": payment, "reason": "x"});
    ledger.act(admin, &id, "void-payment", void, &["payment.voided", STAGE]).await;
    let paid = actors.payment("100.00");
    let paid = ledger.act(admin, &id, "register-payment", paid, &["payment.registered", STAGE]).await;
    ledger.act(admin, &id, "assign-doctor", to(&actors.doctor_id), &[STAGE]).await;
    ledger.act(admin, &id, "change-doctor", second, &[]).await;
    ledger.act(admin, &id, "unassign-doctor", json!({}), &[STAGE]).await;
    ledger
        .act(admin, &id, "cancel", json!({"reason": "x", "money": "KEEP"}), &["request.cancelled", STAGE])
        .await;
    let payload = json!({"reason": "x", "action": "EDIT", "payload": {"comment": "y"}});
    ledger.act(admin, &id, "override", payload, &[]).await;
    ledger.act(admin, &id, "reopen", json!({"reason": "x"}), &["request.reopened", STAGE]).await;
    ledger.act(admin, &id, "assign-doctor", to(&actors.doctor_id), &[STAGE]).await;
    let close = json!({"outcome": "NO_SHOW", "reason": "x", "money": "KEEP"});
    ledger.act(doctor, &id, "close", close, &[STAGE]).await;
    ledger.act(admin, &id, "reopen", json!({"reason": "x"}), &["request.reopened", STAGE]).await;
    ledger.act(doctor, &id, "record-evaluation", Actors::findings(), &["evaluation.recorded", STAGE]).await;
    ledger.act(doctor, &id, "issue", json!({}), &["certificate.issued", STAGE]).await;
    let refund = json!({
        "payment_id": paid["payments"][1]["id"], "amount": "1.00", "currency": "PEN", "channel": "CASH",
        "paid_on": "2026-11-21", "reason": "x"
    });
    ledger.act(admin, &id, "register-refund", refund, &["payment.refunded"]).await;
}
