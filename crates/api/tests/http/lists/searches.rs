//! Searches in the list of requests.

use medcert_testkit::Clinic;
use serde_json::json;

use super::*;

#[tokio::test]
async fn words_find_names_documents_and_codes() {
    let clinic = Clinic::open().await;
    let w = World::of(&clinic).await;
    let code = w.actors.seen(&w.actors.admin, &w.sent).await["code"].as_str().unwrap().to_owned();
    let found = [
        "соломія",
        "СОЛОМІЯ",
        "солом",
        "їжак",
        "іжак",
        "ґражина",
        "гражина",
        "Їжакевич Соломія",
        "nandu",
        "ÑAN",
        "45871236",
        "4587",
        "angela",
        "Ángela straße",
        "xk778899",
        &code,
        &code.to_lowercase(),
    ];
    for query in found {
        let got = w.found(&w.actors.operator, &format!("q={query}")).await;
        assert_eq!(got, set([&w.sent]), "{query}");
    }
    for query in ["евич", "соломія lucia", "4587-9", "nosuchname", "sol%25", "соло_ія"] {
        let got = w.found(&w.actors.operator, &format!("q={query}")).await;
        assert_eq!(got, set([]), "{query}");
    }
    // Signs are no words, and no words ask for everything.
    for signs in ["%25", "_", "'", "%5C", "%22%20--"] {
        assert_eq!(w.found(&w.actors.operator, &format!("q={signs}")).await.len(), 5, "{signs}");
    }
    // The beginning of a code finds all that share it.
    assert_eq!(w.found(&w.actors.operator, "q=MC-2026-").await.len(), 5);
    assert_eq!(w.found(&w.actors.operator, "q=mc-2026-00000").await.len(), 5);
    assert_eq!(w.found(&w.actors.operator, "q=lucia&stage=PAID").await, set([&w.paid]));
}

#[tokio::test]
async fn cursors_of_a_search_are_of_that_search() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    for _ in 0..3 {
        actors.registered().await;
    }
    let part = actors.operator.get(&format!("{REQUESTS}?limit=1&q=mc")).await.expect(200).body;
    let cursor = part["next_cursor"].as_str().unwrap();
    let next = actors.operator.get(&format!("{REQUESTS}?limit=1&q=mc&cursor={cursor}")).await.expect(200);
    assert_ne!(ids(&next.body), ids(&part));
    for query in ["q=mc2", "q=", "q=mc&sort=-updated_at", "q=mc&created_from=2026-01-01"] {
        let answer =
            actors.operator.get(&format!("{REQUESTS}?limit=1&{query}&cursor={cursor}")).await.expect(422);
        assert_eq!(answer.problem(), "invalid-cursor", "{query}");
    }
    let id = ids(&part)[0].clone();
    let history = actors.operator.get(&format!("{REQUESTS}/{id}/history?cursor={cursor}")).await.expect(422);
    assert_eq!(history.problem(), "invalid-cursor");
}

#[tokio::test]
async fn telephones_and_codes_are_found_as_they_are_typed() {
    let clinic = Clinic::open().await;
    let actors = Actors::of(&clinic).await;
    let body = json!({"client": {
        "document_type": "DNI", "document_number": "48271049", "given_names": "Straße Œdipe",
        "family_names": "O’Higgins Їжак", "phone": "+51 999 123 456", "landline": "(01) 555-1234",
    }});
    let made = actors.operator.post(REQUESTS, &body).await.expect(201).body;
    actors.registered().await;
    let code = made["code"].as_str().unwrap().to_lowercase();
    let found = [
        "+51 999 123 456",
        "999123456",
        "999 12",
        "51999",
        "(01) 555",
        "015551234",
        "482710",
        "48.271.049",
        "strasse",
        "STRAßE",
        "oedipe",
        "o'hig",
        "ohiggins",
        "O´Higgins",
        "їжак",
        "ІЖАК",
        "oed stra 9991",
        &code,
        &code.replace('-', " "),
    ];
    let encoded = |q: &str| {
        q.bytes().flat_map(|byte| [String::from("%"), hex::encode_upper([byte])]).collect::<String>()
    };
    for q in found {
        let page =
            actors.operator.get(&format!("{REQUESTS}?q={}&with_total=true", encoded(q))).await.expect(200);
        assert_eq!(
            (ids(&page.body), &page.body["total"]),
            (vec![made["id"].as_str().unwrap().to_owned()], &json!(1)),
            "{q}"
        );
    }
    for q in ["123456", "99123456", "8271049", "dipe", "higgins", "%", "_"] {
        let page = actors.operator.get(&format!("{REQUESTS}?q={}", encoded(q))).await.expect(200);
        assert!(
            !ids(&page.body).contains(&made["id"].as_str().unwrap().to_owned()) || search_is_empty(q),
            "{q}"
        );
    }
}

/// A query without a word asks for nothing, and so for everything.
fn search_is_empty(q: &str) -> bool {
    !q.chars().any(char::is_alphanumeric)
}
