//! What is around a request: aggregate, history, questions.

use medcert_application::store::{CertificationReads, PageRequest, StoreError};
use medcert_domain::{
    certification::{Action, Certification, Guardian, HistoryLine, Stage},
    people::Relationship,
};

use crate::{
    aggregate::{entry, full},
    database::TestDatabase,
    fixture::{Clinic, EXTREME, at, begin, evaluation, first, fresh, id, payment, person, settlement},
    insert, load,
};

pub(crate) async fn request_aggregate(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let bare = clinic.request("MC-2026-000001");
    let full = full(&clinic, "MC-2026-000002");
    insert!(database, &bare, &full);
    let seen = database.store.request_aggregate(bare.id).await.unwrap().unwrap();
    assert_eq!(seen.certification, bare);
    assert_eq!((&seen.client, &seen.guardian), (&clinic.client, &None));
    assert_eq!((&seen.promoter, &seen.service, &seen.operator), (&None, &None, &None));
    assert_eq!((&seen.manager, &seen.doctor), (&None, &None));
    assert_eq!(seen.names, vec![(clinic.user.id.raw(), "Марія Лікар".to_owned())]);

    let seen = database.store.request_aggregate(full.id).await.unwrap().unwrap();
    assert_eq!(seen.certification, full);
    assert_eq!(seen.guardian.as_ref(), Some(&clinic.person));
    assert_eq!(seen.promoter.as_ref(), Some(&clinic.promoter));
    assert_eq!(seen.service.as_ref(), Some(&clinic.service));
    assert_eq!(seen.operator, Some((clinic.staff.id, "Марія Лікар".to_owned())));
    let manager = seen.manager.clone().unwrap();
    assert_eq!((&manager.staff, manager.user.unwrap().id), (&clinic.staff, clinic.user.id));
    assert_eq!(seen.doctor.as_ref().unwrap().staff, clinic.staff);
    assert_eq!(seen.name_of(clinic.other.id.raw()), Some("Otto Other"));
    assert_eq!(seen.name_of(clinic.staff.id.raw()), Some("Марія Лікар"));
    assert_eq!(seen.names.len(), 3);

    // Who is mentioned by payments and evaluations only is named by one more statement.
    let outsider = medcert_domain::identity::User {
        person: clinic.other_person.id,
        ..crate::fixture::user(&clinic.other_person, "o@example.org", &[])
    };
    let mentioning = Certification {
        settlement: settlement(1, vec![payment(1, None, &outsider)]),
        evaluations: vec![evaluation(&clinic.other, &outsider)],
        ..clinic.request("MC-2026-000003")
    };
    insert!(database, &outsider, &mentioning);
    let mut work = begin(database).await;
    let seen = work.request_aggregate(mentioning.id).await.unwrap().unwrap();
    assert_eq!(seen.certification, mentioning);
    assert_eq!(seen.name_of(outsider.id.raw()), Some("Otto Other"));
    assert_eq!(seen.name_of(clinic.other.id.raw()), Some("Otto Other"));
    assert!(work.request_aggregate(id()).await.unwrap().is_none());
    // What an aggregate loaded can be changed at once.
    let mut changed = seen.certification;
    changed.evaluations[0].superseded_at = Some(at(7));
    work.update(&changed).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(load!(database, changed.id).unwrap().evaluations, changed.evaluations);
}

pub(crate) async fn history(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let (request, other) = (clinic.request("MC-1"), clinic.request("MC-2"));
    let rich = HistoryLine {
        separation_waived: true,
        ..HistoryLine::of(Action::Edit)
            .field("comment", Some(EXTREME.to_owned()), Some("ж".repeat(4_000)))
            .comment(Some(EXTREME.to_owned()))
    };
    let mut lines = vec![entry(request.id, &clinic, 0, rich.clone())];
    // Many of the same moment: the ids decide.
    lines.extend((0..20).map(|n| entry(request.id, &clinic, n / 10, HistoryLine::of(Action::Edit))));
    let mut work = begin(database).await;
    work.insert(&request).await.unwrap();
    work.insert(&other).await.unwrap();
    work.append_history(&lines).await.unwrap();
    work.append_history(&[entry(other.id, &clinic, 5, HistoryLine::of(Action::Register))]).await.unwrap();
    work.commit().await.unwrap();
    lines.sort_by_key(|line| std::cmp::Reverse((line.at, line.id)));
    let (mut seen, mut page) = (Vec::new(), PageRequest { limit: 4, after: None, with_total: true });
    loop {
        let part = database.store.history(request.id, &page).await.unwrap();
        assert_eq!(part.total, Some(21));
        seen.extend(part.items);
        page.after = part.next;
        if page.after.is_none() {
            break;
        }
    }
    let ids = |rows: &[medcert_application::store::HistoryRow]| rows.iter().map(|r| r.id).collect::<Vec<_>>();
    assert_eq!(ids(&seen), lines.iter().map(|line| line.id).collect::<Vec<_>>());
    let oldest = seen.last().unwrap();
    assert_eq!((oldest.at, oldest.by.name.as_str(), oldest.by.id), (at(0), "Марія Лікар", clinic.user.id));
    assert_eq!((oldest.action.as_str(), oldest.field.as_deref()), ("EDIT", Some("comment")));
    assert_eq!((&oldest.old_value, &oldest.new_value), (&rich.old, &rich.new));
    assert_eq!((&oldest.comment, oldest.separation_waived), (&rich.comment, true));
    let nonsense = PageRequest {
        after: Some(medcert_application::store::Cursor { key: "x".to_owned(), id: fresh() }),
        ..first(1)
    };
    let refused = database.store.history(request.id, &nonsense).await;
    assert!(matches!(refused, Err(StoreError::Corrupt { kind: "cursor", .. })));
}

pub(crate) async fn questions(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let stranger = person("s", "s");
    let with_service = Certification { service: Some(clinic.service.id), ..clinic.request("MC-1") };
    let without = Certification { created_at: at(1), ..clinic.request("MC-2") };
    let closed = Certification { stage: Stage::Closed, ..clinic.request("MC-3") };
    let guarded = Certification {
        client: stranger.id,
        guardian: Some(Guardian { person: clinic.client.id, relationship: Relationship::Parent }),
        ..clinic.request("MC-4")
    };
    insert!(database, &stranger, &with_service, &without, &closed, &guarded);
    let mut work = begin(database).await;
    let all = [with_service.id, without.id, closed.id, guarded.id];
    assert_eq!(work.requests_of(clinic.client.id).await.unwrap(), all);
    assert_eq!(work.requests_of(stranger.id).await.unwrap(), [guarded.id]);
    let like = work.open_requests_like(clinic.client.id, Some(clinic.service.id)).await.unwrap();
    assert_eq!(like, [(with_service.id, "MC-1".to_owned())]);
    let like = work.open_requests_like(clinic.client.id, None).await.unwrap();
    assert_eq!(like, [(without.id, "MC-2".to_owned())]);
    assert!(work.person_in_use(stranger.id).await.unwrap());
    assert!(work.person_in_use(clinic.client.id).await.unwrap());
    work.delete(&with_service).await.unwrap();
    assert_eq!(work.requests_of(clinic.client.id).await.unwrap().len(), 3);
}
