//! Staff: records, who may see and change what of them, and handing over.

mod hand_over;
mod records;

use medcert_domain::policy::Role;
use medcert_testkit::{Actors, Answered, Caller, Clinic};
use serde_json::Value;

pub(super) const STAFF: &str = "/api/v1/staff";

/// The clinic with its people and a second manager and doctor.
pub(super) struct House {
    pub(super) clinic: Clinic,
    pub(super) actors: Actors,
    pub(super) manager: String,
    pub(super) doctor: String,
}

impl House {
    pub(super) async fn open() -> Self {
        let clinic = Clinic::open().await;
        let manager =
            clinic.hire("manager2@demo.medcert.test", ("Mila", "Torres"), Role::Manager).await.to_string();
        let doctor =
            clinic.hire("doctor2@demo.medcert.test", ("Dora", "Núñez"), Role::Doctor).await.to_string();
        let actors = Actors::of(&clinic).await;
        Self { clinic, actors, manager, doctor }
    }

    /// Changes a staff member whatever version there is.
    pub(super) async fn patch(&self, id: &str, body: &Value) -> Answered {
        self.actors.admin.patch(&format!("{STAFF}/{id}"), "*", body).await
    }

    pub(super) async fn hand_over(&self, caller: &Caller, from: &str, body: &Value) -> Answered {
        caller.post(&format!("{STAFF}/{from}/hand-over"), body).await
    }
}

pub(super) fn items(answer: &Answered) -> Vec<Value> {
    answer.body["items"].as_array().unwrap().clone()
}
