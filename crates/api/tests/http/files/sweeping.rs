use bytes::Bytes;
use chrono::Duration;
use medcert_application::{
    files::{Swept, sweep},
    objects::ObjectKey,
    upkeep,
};
use medcert_testkit::{Actors, Clinic};

use super::*;

/// Sets the clock of the clinic to so long after the objects were stored, whatever the day is outside.
async fn age(clinic: &Clinic, key: &ObjectKey, age: Duration) {
    let head = clinic.objects.head(key).await.unwrap().unwrap();
    clinic.clock.advance(head.modified + age - clinic.app.now());
}

#[tokio::test]
async fn objects_without_a_row_go_after_a_day_and_others_never() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let id = actors.issued().await;
    let open = actors.registered().await;
    let file = added(&actors.operator, &open, "DOCUMENT").await;
    let put = async |spelling: &str| {
        let key = ObjectKey::parse(spelling).unwrap();
        clinic.objects.put(&key, "text/plain", Bytes::from_static(b"x")).await.unwrap();
        key
    };
    let nobody = crate::contract::NOBODY;
    let certificate = actors.seen(&actors.admin, &id).await["certificate"]["id"].as_str().unwrap().to_owned();
    // A row of the file's own, but of another request or another rendering, is no row of these.
    for orphan in [
        format!("files/{open}/{nobody}"),
        format!("files/{nobody}/{file}"),
        "files/odd".to_owned(),
        format!("certificates/{nobody}/00.pdf"),
        format!("certificates/{certificate}/00.pdf"),
    ] {
        put(&orphan).await;
    }
    let elsewhere = put("other/kept").await;
    age(&clinic, &elsewhere, Duration::hours(23)).await;
    assert_eq!(sweep(&clinic.app).await.unwrap(), Swept::default());
    age(&clinic, &elsewhere, Duration::hours(25)).await;
    let swept = Swept([("certificates", 2), ("files", 3)].into());
    assert_eq!(sweep(&clinic.app).await.unwrap(), swept);
    assert_eq!(sweep(&clinic.app).await.unwrap(), Swept::default());
    assert_eq!(objects(&clinic).await, [format!("files/{open}/{file}")]);
    assert_eq!(clinic.objects.list("certificates").await.unwrap().len(), 1);
    assert_eq!(clinic.objects.list("other").await.unwrap(), [elsewhere]);
}

#[tokio::test]
async fn a_sweep_goes_through_more_than_it_looks_up_at_once() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let open = actors.registered().await;
    let file = added(&actors.operator, &open, "DOCUMENT").await;
    for number in 0..1_100 {
        let key = ObjectKey::parse(&format!("files/orphan/{number:04}")).unwrap();
        clinic.objects.put(&key, "text/plain", Bytes::from_static(b"x")).await.unwrap();
    }
    let key = ObjectKey::parse(&format!("files/{open}/{file}")).unwrap();
    age(&clinic, &key, Duration::days(2)).await;
    assert_eq!(sweep(&clinic.app).await.unwrap(), Swept([("files", 1_100)].into()));
    assert_eq!(objects(&clinic).await, [key.as_str().to_owned()]);
}

#[tokio::test]
async fn both_are_among_the_tasks_of_the_upkeep() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let open = actors.registered().await;
    let file = added(&actors.operator, &open, "DOCUMENT").await;
    take(&actors.operator, &file).await.expect(204);
    let holder = clinic.app.parts.ids.uuid();
    for task in upkeep::tasks() {
        assert!(upkeep::turn(&clinic.app, task, holder).await.unwrap(), "{}", task.name);
    }
    nothing_is_left(&clinic).await;
    assert_eq!(clinic.numbers("SELECT COUNT(*) FROM discarded_object").await, [0]);
}
