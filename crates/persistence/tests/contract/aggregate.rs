//! Requests with everything that hangs on them.

use medcert_application::store::{
    CertificationReads, HistoryEntry, OutboxMessage, RequestFilter, StoreError,
};
use medcert_domain::{
    Id,
    billing::{Payment, Refund, Settlement, Voided},
    certification::{
        Action, Assignment, AssignmentRole, Care, CareMode, Certificate, CertificateStatus, Certification,
        CloseOutcome, Ending, Event, FeeSource, Guardian, HistoryLine, MoneyDecision, Priority, RequestInfo,
        Stage,
    },
    files::{FileKind, StoredFile},
    people::Relationship,
};
use sea_orm::{ConnectionTrait, Statement};

use crate::{
    database::TestDatabase,
    duplicate,
    fixture::{
        Clinic, EXTREME, assignment, at, begin, certificate, day, evaluation, file, first, fresh, id,
        payment, pen, settlement,
    },
    insert, load,
};

/// Stores the changed request and gives it back as it must then be found.
async fn change(database: &TestDatabase, request: &Certification) -> Certification {
    let money = load!(database, request.id).unwrap().settlement != request.settlement;
    let mut work = begin(database).await;
    work.update(request).await.unwrap();
    work.commit().await.unwrap();
    let stored = load!(database, request.id).unwrap();
    let version = request.settlement.version + i64::from(money);
    let settlement = Settlement { version, ..request.settlement.clone() };
    assert_eq!(stored, Certification { version: request.version + 1, settlement, ..request.clone() });
    stored
}

fn refund(of: &Payment, by: &Clinic) -> Refund {
    Refund {
        id: id(),
        payment: of.id,
        channel: of.channel,
        paid_on: day(2026, 11, 3),
        money: pen(1),
        reference: Some(EXTREME.to_owned()),
        reason: EXTREME.to_owned(),
        by: by.user.id,
        at: at(6),
    }
}

/// A request with everything that may be set.
pub(crate) fn full(clinic: &Clinic, code: &str) -> Certification {
    let bare = clinic.request(code);
    let paid = payment(99_999_999_999_999, Some(EXTREME), &clinic.user);
    let evidence = StoredFile { payment: Some(paid.id), ..file(FileKind::PaymentEvidence, &clinic.user) };
    Certification {
        guardian: Some(Guardian { person: clinic.person.id, relationship: Relationship::LegalGuardian }),
        promoter: Some(clinic.promoter.id),
        service: Some(clinic.service.id),
        info: RequestInfo {
            care: Some(Care { mode: CareMode::OnSite, place: Some(EXTREME.to_owned()) }),
            external_reference: Some(EXTREME.to_owned()),
            comment: Some("ї".repeat(4_000)),
            priority: Priority::Urgent,
        },
        settlement: Settlement {
            due: Some(pen(99_999_999_999_999)),
            observed: Some(EXTREME.to_owned()),
            refunds: vec![refund(&paid, clinic)],
            payments: vec![paid, Payment { validated: None, ..payment(1, None, &clinic.user) }],
            ..bare.settlement.clone()
        },
        fee_source: Some(FeeSource::Override),
        money_decision: Some(MoneyDecision::RefundDue),
        operator: Some(clinic.staff.id),
        ending: Ending::Closed {
            at: at(9),
            by: clinic.user.id,
            outcome: Some(CloseOutcome::NoShow),
            reason: Some(EXTREME.to_owned()),
        },
        stage: Stage::Closed,
        stage_since: at(9),
        updated_at: at(9),
        assignments: vec![
            Assignment {
                ended_at: Some(at(2)),
                ..assignment(AssignmentRole::Manager, &clinic.other, &clinic.user)
            },
            assignment(AssignmentRole::Manager, &clinic.staff, &clinic.user),
            assignment(AssignmentRole::Doctor, &clinic.staff, &clinic.user),
        ],
        evaluations: vec![evaluation(&clinic.staff, &clinic.user)],
        certificates: vec![certificate(&bare, &clinic.staff, &clinic.user, code)],
        files: vec![evidence, file(FileKind::MedicalDocument, &clinic.user)],
        ..bare
    }
}

pub(crate) async fn round_trip(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let bare = clinic.request("MC-2026-000001");
    let full = full(&clinic, "MC-2026-000002");
    let cancelled = Certification {
        ending: Ending::Cancelled { at: at(1), by: clinic.user.id, reason: EXTREME.to_owned() },
        info: RequestInfo {
            care: Some(Care { mode: CareMode::Virtual, place: None }),
            ..RequestInfo::default()
        },
        stage: Stage::Cancelled,
        ..clinic.request("MC-2026-000003")
    };
    let issued = Certification {
        ending: Ending::Closed { at: at(1), by: clinic.user.id, outcome: None, reason: None },
        stage: Stage::Closed,
        ..clinic.request("mc-2026-000003")
    };
    insert!(database, &bare, &full, &cancelled, &issued);
    for request in [bare, full.clone(), cancelled, issued] {
        assert_eq!(load!(database, request.id), Some(request));
    }
    assert_eq!(load!(database, id::<Certification>()), None);
    let certificate = &full.certificates[0];
    assert_eq!(load!(database, certificate.id).as_ref(), Some(certificate));
    let by_qr = database.store.certificate_by_public_id(&certificate.public_id).await.unwrap();
    assert_eq!(by_qr.as_ref(), Some(certificate));
    assert_eq!(database.store.certificate(certificate.id).await.unwrap(), by_qr);
    assert_eq!(database.store.certificate_by_public_id("PUBLIC").await.unwrap(), None);
}

pub(crate) async fn changes(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let mut request = clinic.request("MC-2026-000001");
    insert!(database, &request);

    request.assignments.push(assignment(AssignmentRole::Manager, &clinic.staff, &clinic.user));
    request = change(database, &request).await;
    request.assignments[0].ended_at = Some(at(5));
    request.assignments.push(assignment(AssignmentRole::Manager, &clinic.other, &clinic.user));
    request.settlement.due = Some(pen(10));
    request.fee_source = Some(FeeSource::Service);
    request = change(database, &request).await;

    request.settlement.payments.push(payment(10, Some("R"), &clinic.user));
    request = change(database, &request).await;
    // Voiding frees the reference for the next payment of the same change.
    request.settlement.payments[0].voided =
        Some(Voided { by: clinic.user.id, at: at(8), reason: EXTREME.to_owned() });
    request.settlement.payments.push(payment(10, Some("R"), &clinic.user));
    request = change(database, &request).await;
    request.settlement.refunds.push(refund(&request.settlement.payments[1], &clinic));
    request.settlement.payments[1].comment = None;
    request = change(database, &request).await;

    request.assignments.push(assignment(AssignmentRole::Doctor, &clinic.staff, &clinic.user));
    request.evaluations.push(evaluation(&clinic.staff, &clinic.user));
    request = change(database, &request).await;
    request.evaluations[0].superseded_at = Some(at(9));
    request.evaluations.push(evaluation(&clinic.staff, &clinic.user));
    request = change(database, &request).await;

    // Files come and go; the order is that of their moments.
    for micros in [10, 11, 12] {
        request.files.push(StoredFile { uploaded_at: at(micros), ..file(FileKind::Other, &clinic.user) });
    }
    request = change(database, &request).await;
    request.files.remove(0);
    request.files.push(StoredFile { uploaded_at: at(13), ..file(FileKind::Document, &clinic.user) });
    request = change(database, &request).await;

    request.certificates.push(certificate(&request, &clinic.staff, &clinic.user, "A-1"));
    request = change(database, &request).await;
    let mut next = certificate(&request, &clinic.staff, &clinic.user, "A-2");
    next.replaces = Some(request.certificates[0].id);
    next.issued_at = at(50);
    request.certificates[0].stored_status = CertificateStatus::Superseded;
    request.certificates[0].replaced_by = Some(next.id);
    request.certificates.push(next);
    let mut work = begin(database).await;
    let loaded = work.get(request.id).await.unwrap().unwrap();
    assert_eq!(loaded.certificates.len(), 1);
    work.update(&request).await.unwrap();
    // In the same unit of work it is found as written, and can be changed again.
    let mut again = work.get(request.id).await.unwrap().unwrap();
    assert_eq!(again.version, request.version + 1);
    again.info.comment = Some("again".to_owned());
    again.assignments.retain(|a| a.ended_at.is_none());
    work.update(&again).await.unwrap();
    work.commit().await.unwrap();
    let stored = load!(database, request.id).unwrap();
    // A superseded certificate counts its own change.
    assert_eq!(stored.certificates[0].version, 2);
    assert_eq!(stored.certificates[1].version, 1);
    assert_eq!(stored, Certification { version: again.version + 1, ..again });
}

pub(crate) async fn unique_parts(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let paid = |reference| Certification {
        settlement: settlement(1, vec![payment(1, reference, &clinic.user), payment(1, None, &clinic.user)]),
        ..clinic.request(&fresh().to_string())
    };
    insert!(database, &paid(Some("R")), &paid(Some("r")), &paid(Some("R ")), &paid(None), &paid(None));
    duplicate!(database, "payment", &paid(Some("R")));
    let code = clinic.request("MC");
    insert!(database, &code);
    duplicate!(database, "certification request", &clinic.request("MC"));
    let manager = || assignment(AssignmentRole::Manager, &clinic.staff, &clinic.user);
    let twice_managed = Certification { assignments: vec![manager(), manager()], ..clinic.request("two") };
    duplicate!(database, "assignment", &twice_managed);
    let evaluated = || evaluation(&clinic.staff, &clinic.user);
    let twice = Certification { evaluations: vec![evaluated(), evaluated()], ..clinic.request("two") };
    duplicate!(database, "evaluation", &twice);
    let certified = |number| certificate(&code, &clinic.staff, &clinic.user, number);
    insert!(database, &certified("A-1"));
    duplicate!(database, "certificate", &certified("A-2"));
    let revoked = |number| Certificate { stored_status: CertificateStatus::Revoked, ..certified(number) };
    insert!(database, &revoked("A-2"), &revoked("A-3"), &revoked("a-3"));
    duplicate!(database, "certificate", &revoked("A-1"));
    duplicate!(
        database,
        "certificate",
        &Certificate { public_id: "public-A-1".to_owned(), ..revoked("A-4") }
    );

    // Certificates are found through the aggregate, whoever wrote them.
    assert_eq!(load!(database, code.id).unwrap().certificates.len(), 4);
    let suspended = Certificate { stored_status: CertificateStatus::Suspended, ..certified("A-9") };
    duplicate!(database, "certificate", &suspended);
}

pub(crate) async fn stale(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let request = Certification {
        certificates: vec![],
        settlement: settlement(1, vec![payment(1, None, &clinic.user)]),
        ..clinic.request("MC")
    };
    insert!(database, &request);
    let changed = change(database, &request).await;
    let mut work = begin(database).await;
    let late = work.update(&request).await;
    assert!(matches!(late, Err(StoreError::Stale("certification request"))), "{late:?}");
    drop(work);
    let mut work = begin(database).await;
    assert!(matches!(work.erase(&request).await, Err(StoreError::Stale(_))));
    drop(work);
    // Loaded here, changed by somebody else, updated here: the loser is told and keeps nothing.
    if database.store.engine() != medcert_persistence::Engine::Sqlite {
        let mut mine = begin(database).await;
        let mut loaded = mine.get(request.id).await.unwrap().unwrap();
        let theirs = change(database, &changed).await;
        loaded.settlement.payments.push(payment(2, None, &clinic.user));
        assert!(matches!(mine.update(&loaded).await, Err(StoreError::Stale(_))));
        assert!(matches!(mine.commit().await, Err(StoreError::Aborted)));
        assert_eq!(load!(database, request.id), Some(theirs));
    }
    let never = clinic.request("never stored");
    let mut work = begin(database).await;
    assert!(matches!(work.update(&never).await, Err(StoreError::Stale(_))));
}

pub(crate) async fn certificates(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let mut request = clinic.request("MC");
    request.certificates = vec![certificate(&request, &clinic.staff, &clinic.user, "A-1")];
    insert!(database, &request);
    let mut revoked = request.certificates[0].clone();
    revoked.stored_status = CertificateStatus::Revoked;
    let mut work = begin(database).await;
    work.update(&revoked).await.unwrap();
    work.commit().await.unwrap();
    let mut work = begin(database).await;
    assert!(matches!(work.update(&revoked).await, Err(StoreError::Stale("certificate"))));
    drop(work);
    // An aggregate that was loaded before does not undo it.
    request.certificates[0].stored_status = CertificateStatus::Suspended;
    let mut work = begin(database).await;
    let _ = work.get(request.id).await.unwrap();
    request.certificates[0].version = 1;
    let mut fine = load_certificate(database, &revoked).await;
    assert_eq!((fine.version, fine.stored_status), (2, CertificateStatus::Revoked));
    drop(work);
    fine.stored_status = CertificateStatus::Superseded;
    request.certificates = vec![fine];
    let stored = {
        let mut work = begin(database).await;
        work.update(&request).await.unwrap();
        work.commit().await.unwrap();
        load!(database, request.id).unwrap()
    };
    assert_eq!((stored.version, stored.certificates[0].version), (2, 3));
}

async fn load_certificate(database: &TestDatabase, like: &Certificate) -> Certificate {
    database.store.certificate(like.id).await.unwrap().unwrap()
}

pub(crate) async fn erasure(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let mut gone = full(&clinic, "MC-1");
    gone.evaluations.clear();
    gone.certificates.clear();
    gone.settlement.payments[1].voided =
        Some(Voided { by: clinic.user.id, at: at(8), reason: EXTREME.to_owned() });
    let files = vec![file(FileKind::Other, &clinic.user)];
    let evaluated = Certification { settlement: settlement(1, vec![]), files, ..full(&clinic, "MC-2") };
    let unpaid = clinic.request("MC-3");
    let message = OutboxMessage {
        id: fresh(),
        at: at(1),
        event: Event::RequestRegistered,
        request: gone.id,
        code: gone.code.clone(),
        stage: gone.stage,
    };
    let mut work = begin(database).await;
    work.insert(&gone).await.unwrap();
    work.insert(&evaluated).await.unwrap();
    work.insert(&unpaid).await.unwrap();
    work.append_history(&[entry(gone.id, &clinic, 0, HistoryLine::of(Action::Register))]).await.unwrap();
    work.index_search_terms(gone.id, &["silva".to_owned()]).await.unwrap();
    work.publish(&[message]).await.unwrap();
    work.commit().await.unwrap();

    let mut work = begin(database).await;
    work.erase(&gone).await.unwrap();
    work.erase(&unpaid).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(load!(database, gone.id), None);
    assert!(database.store.request_aggregate(gone.id).await.unwrap().is_none());
    let everything = database.store.requests(&RequestFilter::default(), &first(9)).await.unwrap();
    assert_eq!(everything.items.iter().map(|row| row.id).collect::<Vec<_>>(), [evaluated.id]);
    let search_terms = RequestFilter { search_terms: vec!["silva".to_owned()], ..RequestFilter::default() };
    assert_eq!(database.store.requests(&search_terms, &first(9)).await.unwrap().total, Some(0));

    let behind = database.behind().await;
    let ask = async |sql: &str| -> i64 {
        let sql = Statement::from_string(behind.get_database_backend(), sql);
        behind.query_one_raw(sql).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    };
    assert_eq!(
        ask("SELECT COUNT(*) FROM payment WHERE amount_minor > 0 AND validated_at IS NOT NULL").await,
        1
    );
    assert_eq!(ask("SELECT COUNT(*) FROM payment WHERE voided_at IS NOT NULL").await, 1);
    let summary = "SELECT COUNT(*) FROM payment WHERE comment IS NOT NULL OR reference IS NOT NULL \
                OR reference_key IS NOT NULL OR voided_reason IS NOT NULL";
    assert_eq!(ask(summary).await, 0);
    assert_eq!(ask("SELECT COUNT(*) FROM refund WHERE reason = '' AND reference IS NULL").await, 1);
    // They stay with their settlement, which says nothing in words any more; without them nothing stays.
    let left = "SELECT COUNT(*) FROM settlement WHERE erased_id IS NOT NULL AND observed_reason IS NULL";
    assert_eq!(ask(left).await, 1);
    assert_eq!(ask("SELECT COUNT(*) FROM settlement").await, 2, "and that of the other request");
    let with_it = "SELECT COUNT(*) FROM payment p JOIN settlement s ON s.id = p.settlement_id \
                   WHERE s.erased_id IS NOT NULL";
    assert_eq!(ask(with_it).await, 2);
    assert_eq!(ask("SELECT COUNT(*) FROM history_entry").await, 0);
    assert_eq!(ask("SELECT COUNT(*) FROM stored_file").await, 1, "that of the other request");
    assert_eq!(ask("SELECT COUNT(*) FROM outbox_message").await, 1);
    assert_eq!(ask("SELECT COUNT(*) FROM assignment").await, 3);

    // A medical act keeps its request, whatever the caller believes.
    let mut work = begin(database).await;
    let refused = work.erase(&evaluated).await;
    assert!(matches!(refused, Err(StoreError::Reference(_))), "{refused:?}");
}

pub(crate) fn entry(request: Id<Certification>, by: &Clinic, micros: i64, line: HistoryLine) -> HistoryEntry {
    HistoryEntry { id: fresh(), request, at: at(micros), by: by.user.id, line }
}
