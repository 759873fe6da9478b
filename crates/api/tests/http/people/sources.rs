//! Where promoters are known from.

use medcert_testkit::{Actors, Clinic};
use serde_json::json;

use super::{PROMOTERS, delete, fault, faults, history, id, names};

const SOURCES: &str = "/api/v1/promoter-sources";

#[tokio::test]
async fn the_list_of_sources_is_the_institutions_own() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let radio = actors.admin.post_once(SOURCES, "k", &json!({"name": " Radio "})).await.expect(201);
    assert_eq!(
        actors.admin.post_once(SOURCES, "k", &json!({"name": " Radio "})).await.expect(201).bytes,
        radio.bytes
    );
    let press = actors.admin.post(SOURCES, &json!({"name": "Press"})).await.expect(201).body;
    let taken = actors.admin.post(SOURCES, &json!({"name": "RADIO"})).await;
    assert_eq!((taken.status, taken.faults()), (409, fault("/name", "duplicate")));
    assert_eq!(actors.operator.post(SOURCES, &json!({"name": "x"})).await.status, 403);
    let all = actors.operator.get(&format!("{SOURCES}?with_total=true")).await.expect(200).body;
    assert_eq!((names(&all), &all["total"]), (vec!["Press", "Radio"], &json!(2)));

    let body = json!({"type": "OTHER", "name": "Morning show", "source_id": radio.body["id"]});
    let promoter = actors.operator.post(PROMOTERS, &body).await.expect(201).body;
    assert_eq!(promoter["source_id"], radio.body["id"]);
    let by_source = format!("{PROMOTERS}?source_id={}", id(&radio.body));
    assert_eq!(names(&actors.operator.get(&by_source).await.expect(200).body), ["Morning show"]);
    let path = format!("{SOURCES}/{}", id(&radio.body));
    let used = delete(&actors.admin, &path, "*").await;
    assert_eq!((used.status, used.problem(), &used.body["count"]), (409, "in-use", &json!(1)));
    let retired =
        actors.admin.patch(&path, radio.header("etag"), &json!({"active": false})).await.expect(200).body;
    assert_eq!(retired["active"], false);
    let late = json!({"type": "OTHER", "name": "Evening show", "source_id": radio.body["id"]});
    assert_eq!(faults(&actors.operator.post(PROMOTERS, &late).await), fault("/source_id", "inactive"));
    // Who has it keeps it while other things change.
    let path_of_promoter = format!("{PROMOTERS}/{}", id(&promoter));
    let same = json!({"source_id": radio.body["id"], "comment": "x"});
    actors.operator.patch(&path_of_promoter, "*", &same).await.expect(200);
    let active = actors.operator.get(&format!("{SOURCES}?active=true")).await.expect(200).body;
    assert_eq!(names(&active), ["Press"]);

    actors.operator.patch(&path_of_promoter, "*", &json!({"source_id": null})).await.expect(200);
    assert_eq!(delete(&actors.admin, &path, "*").await.status, 204);
    assert_eq!(actors.admin.get(&path).await.status, 404);
    let path = format!("{SOURCES}/{}", id(&press));
    for (patch, at, code) in [
        (json!({"name": null}), "/name", "required"),
        (json!({"active": null}), "/active", "required"),
        (json!({"name": " "}), "/name", "blank"),
        (json!({"other": 1}), "/other", "unknown-field"),
    ] {
        assert_eq!(faults(&actors.admin.patch(&path, "*", &patch).await), fault(at, code));
    }
    actors.admin.patch(&path, "*", &json!({"name": "PRESS"})).await.expect(200);
    let lines = history(&actors.operator, SOURCES, id(&press)).await;
    assert_eq!(lines[0], ["EDIT", "name", "Press", "PRESS"]);
}
