//! The list of requests.

mod search_terms;

use medcert_application::store::{CertificationReads, PageRequest, RequestFilter, Sort};
use medcert_domain::{
    Id,
    billing::PaymentStatus,
    certification::{
        AssignmentRole, Certification, FeeSource, Guardian, MoneyDecision, Priority, RequestInfo, Stage,
        WaitingFor,
    },
    people::{Person, Relationship},
};
use uuid::Uuid;

pub(crate) use self::search_terms::{search_terms, typed, words_and_filters};
use crate::{
    database::TestDatabase,
    fixture::{
        Clinic, assignment, at, begin, document, first, id, payment, person, promoter, service, settlement,
        user,
    },
    insert,
};

async fn found(database: &TestDatabase, filter: RequestFilter) -> Vec<Id<Certification>> {
    let page = database.store.requests(&filter, &first(200)).await.unwrap();
    assert_eq!(page.total, Some(page.items.len() as u64));
    assert_eq!(page.next, None);
    page.items.into_iter().map(|row| row.id).collect()
}

pub(crate) async fn pages(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let mut work = begin(database).await;
    let mut keys: Vec<(chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::Utc>, Uuid)> = Vec::new();
    for n in 0..210 {
        // Few moments for many rows, some a microsecond apart, written in another order than they are shown.
        let (created, updated) = (at((n * 7) % 5), at((n * 11) % 3 * 1_000_000));
        let request = Certification {
            created_at: created,
            updated_at: updated,
            ..clinic.request(&format!("MC-2026-{n:06}"))
        };
        work.insert(&request).await.unwrap();
        keys.push((created, updated, request.id.raw()));
    }
    work.commit().await.unwrap();
    for sort in [Sort::CreatedDesc, Sort::CreatedAsc, Sort::UpdatedDesc, Sort::UpdatedAsc] {
        let mut expected = keys.clone();
        match sort {
            Sort::CreatedDesc | Sort::CreatedAsc => expected.sort_by_key(|k| (k.0, k.2)),
            Sort::UpdatedDesc | Sort::UpdatedAsc => expected.sort_by_key(|k| (k.1, k.2)),
        }
        if matches!(sort, Sort::CreatedDesc | Sort::UpdatedDesc) {
            expected.reverse();
        }
        let filter = RequestFilter { sort, ..RequestFilter::default() };
        let mut page = PageRequest { limit: 23, after: None, with_total: false };
        let mut seen = Vec::new();
        loop {
            let part = database.store.requests(&filter, &page).await.unwrap();
            assert_eq!(part.total, None);
            assert!(part.items.len() == 23 || part.next.is_none());
            seen.extend(part.items.iter().map(|row| row.id.raw()));
            page.after = part.next;
            if page.after.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected.iter().map(|k| k.2).collect::<Vec<_>>(), "{sort:?}");
    }
    // A last page that is exactly full has no next one.
    let exact = database.store.requests(&RequestFilter::default(), &first(210)).await.unwrap();
    assert_eq!((exact.items.len(), exact.next, exact.total), (210, None, Some(210)));
}

pub(crate) async fn priorities(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let normal = clinic.request("MC-1");
    let urgent = Certification {
        info: RequestInfo { priority: Priority::Urgent, ..RequestInfo::default() },
        created_at: at(10),
        updated_at: at(10),
        ..clinic.request("MC-2")
    };
    insert!(database, &normal, &urgent);
    let of = async |priorities: &[Priority]| {
        found(database, RequestFilter { priorities: priorities.to_vec(), ..RequestFilter::default() }).await
    };
    assert_eq!(of(&[Priority::Urgent]).await, [urgent.id]);
    assert_eq!(of(&[Priority::Normal]).await, [normal.id]);
    assert_eq!(of(Priority::ALL).await, [urgent.id, normal.id]);
    let rows = database.store.requests(&RequestFilter::default(), &first(2)).await.unwrap().items;
    let shown: Vec<Priority> = rows.iter().map(|row| row.priority).collect();
    assert_eq!(shown, [Priority::Urgent, Priority::Normal]);
}

pub(crate) async fn filters(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let guardian = person("Gina", "Guard");
    let minor = Person { document: Some(document("MINOR")), ..person("Min", "Or") };
    let (other_service, other_promoter) = (service("Other"), promoter("Other"));
    let clerk_person = person("Clerk", "One");
    let clerk = user(&clerk_person, "clerk@example.org", &[]);
    let plain = clinic.request("MC-1");
    let paid = Certification {
        service: Some(clinic.service.id),
        promoter: Some(clinic.promoter.id),
        settlement: settlement(10, vec![payment(10, None, &clinic.user)]),
        fee_source: Some(FeeSource::Service),
        assignments: vec![
            assignment(AssignmentRole::Manager, &clinic.staff, &clinic.user),
            assignment(AssignmentRole::Doctor, &clinic.other, &clinic.user),
        ],
        stage: Stage::DoctorAssigned,
        created_at: at(10),
        updated_at: at(20),
        ..clinic.request("MC-2")
    };
    let due = Certification {
        client: minor.id,
        guardian: Some(Guardian { person: guardian.id, relationship: Relationship::Parent }),
        service: Some(other_service.id),
        promoter: Some(other_promoter.id),
        info: RequestInfo { external_reference: Some("Ref ".to_owned()), ..RequestInfo::default() },
        settlement: settlement(30, vec![payment(20, None, &clinic.user)]),
        fee_source: Some(FeeSource::Service),
        money_decision: Some(MoneyDecision::RefundDue),
        registered_by: clerk.id,
        assignments: vec![assignment(AssignmentRole::Manager, &clinic.other, &clinic.user)],
        stage: Stage::ManagerAssigned,
        created_at: at(20),
        updated_at: at(30),
        ..clinic.request("MC-3")
    };
    insert!(database, &guardian, &minor, &clerk_person);
    insert!(database, &other_service, &other_promoter);
    insert!(database, &clerk);
    insert!(database, &plain, &paid, &due);
    let check = async |what: &str, filter: RequestFilter, expected: &[&Certification]| {
        let ids: Vec<_> = expected.iter().map(|request| request.id).collect();
        assert_eq!(found(database, filter).await, ids, "{what}");
    };
    let none = RequestFilter::default;
    check("all", none(), &[&due, &paid, &plain]).await;
    check("stage", RequestFilter { stages: vec![Stage::Registered], ..none() }, &[&plain]).await;
    let two = vec![Stage::Registered, Stage::DoctorAssigned];
    check("stages", RequestFilter { stages: two, ..none() }, &[&paid, &plain]).await;
    let status = |s| RequestFilter { payment_statuses: vec![s], ..none() };
    check("paid", status(PaymentStatus::Paid), &[&paid]).await;
    check("partial", status(PaymentStatus::Partial), &[&due]).await;
    check("observed", status(PaymentStatus::Observed), &[]).await;
    let services = vec![clinic.service.id, other_service.id];
    check("services", RequestFilter { services, ..none() }, &[&due, &paid]).await;
    let promoters = vec![clinic.promoter.id];
    check("promoters", RequestFilter { promoters, ..none() }, &[&paid]).await;
    check("managers", RequestFilter { managers: vec![clinic.other.id], ..none() }, &[&due]).await;
    check("doctors", RequestFilter { doctors: vec![clinic.other.id], ..none() }, &[&paid]).await;
    let mine = |user, staff| RequestFilter { mine: Some((user, staff)), ..none() };
    check("mine as clerk", mine(clerk.id, None), &[&due]).await;
    check("mine as staff", mine(clerk.id, Some(clinic.staff.id)), &[&due, &paid]).await;
    check("mine as both", mine(id(), Some(clinic.other.id)), &[&due, &paid]).await;
    let visible = |staff| RequestFilter { visible_to_doctor: Some(staff), ..none() };
    check("doctor", visible(Some(clinic.other.id)), &[&paid]).await;
    check("doctor without staff", visible(None), &[]).await;
    let both = RequestFilter { stages: vec![Stage::Registered], ..visible(Some(clinic.other.id)) };
    check("doctor and stage", both, &[]).await;
    check("created from", RequestFilter { created_from: Some(at(10)), ..none() }, &[&due, &paid]).await;
    check("created before", RequestFilter { created_before: Some(at(10)), ..none() }, &[&plain]).await;
    check("updated from", RequestFilter { updated_from: Some(at(21)), ..none() }, &[&due]).await;
    let number = |n: &str| RequestFilter { document_number: Some(n.to_owned()), ..none() };
    check("document", number("MINOR"), &[&due]).await;
    check("document in other case", number("minor"), &[]).await;
    let reference = |r: &str| RequestFilter { external_reference: Some(r.to_owned()), ..none() };
    check("reference", reference("Ref "), &[&due]).await;
    check("reference without blank", reference("Ref"), &[]).await;
    check("refund due", RequestFilter { refund_due: Some(true), ..none() }, &[&due]).await;
    check("no refund due", RequestFilter { refund_due: Some(false), ..none() }, &[&paid, &plain]).await;

    let rows = database.store.requests(&none(), &first(3)).await.unwrap().items;
    let [due_row, paid_row, plain_row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((due_row.code.as_str(), due_row.client_name.as_str()), ("MC-3", "Min Or"));
    assert_eq!((due_row.client, &due_row.client_document), (minor.id, &minor.document));
    assert_eq!(due_row.guardian_name.as_deref(), Some("Gina Guard"));
    assert_eq!(due_row.service_name.as_deref(), Some("Other"));
    assert_eq!(due_row.promoter_name.as_deref(), Some("Other"));
    assert_eq!(due_row.operator_name.as_deref(), Some("Clerk One"));
    assert_eq!(due_row.manager_name.as_deref(), Some("Otto Other"));
    assert_eq!((&due_row.doctor_name, due_row.stage), (&None, Stage::ManagerAssigned));
    assert_eq!((due_row.created_at, due_row.updated_at), (at(20), at(30)));
    assert_eq!(paid_row.doctor_name.as_deref(), Some("Otto Other"));
    assert_eq!(paid_row.manager_name.as_deref(), Some("Марія Лікар"));
    assert_eq!((paid_row.payment_status, paid_row.waiting_for), (PaymentStatus::Paid, paid.waiting_for()));
    assert_eq!((&plain_row.guardian_name, &plain_row.service_name), (&None, &None));
    assert_eq!((plain_row.stage_since, plain_row.waiting_for), (at(0), WaitingFor::Operator));
}
