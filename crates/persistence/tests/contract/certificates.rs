//! The list of certificates, and in which requests staff have a part.

use medcert_application::store::{CertificateFilter, CertificationReads};
use medcert_domain::{
    Entity as _, Id, StaffId,
    catalog::CertificateKind,
    certification::{AssignmentRole, Certificate, CertificateStatus, Certification, Ending, Stage},
    people::Staff,
};

use crate::{
    database::TestDatabase,
    fixture::{Clinic, assignment, at, begin, certificate, day, first},
    insert,
};

async fn issued(
    database: &TestDatabase,
    clinic: &Clinic,
    changes: &[fn(&mut Certificate)],
) -> Vec<Certificate> {
    let mut all = Vec::new();
    for (n, change) in changes.iter().enumerate() {
        let mut request = clinic.request(&format!("C-{n}"));
        let mut one = certificate(&request, &clinic.staff, &clinic.user, &format!("MC-2026-{n:06}"));
        one.issued_at = at(i64::try_from(n / 2).unwrap());
        change(&mut one);
        request.certificates.push(one.clone());
        let mut work = begin(database).await;
        work.insert(&request).await.unwrap();
        let search_terms = [one.holder.document.to_lowercase(), "їжакевич".to_owned()];
        work.index_entry(Certificate::KIND, one.id.raw(), &search_terms).await.unwrap();
        work.commit().await.unwrap();
        all.push(one);
    }
    all.sort_by_key(|one| std::cmp::Reverse((one.issued_at, one.id)));
    all
}

pub(crate) async fn filters(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let all = issued(
        database,
        &clinic,
        &[
            |_| (),
            |one| one.kind = CertificateKind::General,
            |one| one.stored_status = CertificateStatus::Revoked,
            |one| one.valid_until = day(2026, 11, 3),
            |one| "X1-2026-000001".clone_into(&mut one.number),
            |one| "DNI 99999999".clone_into(&mut one.holder.document),
        ],
    )
    .await;
    let other = Certificate { doctor: clinic.other.id, ..all[0].clone() };
    let ask = async |filter: CertificateFilter| -> Vec<Id<Certificate>> {
        let (mut seen, mut page) = (Vec::new(), first(2));
        loop {
            let part = database.store.certificates(&filter, &page).await.unwrap();
            seen.extend(part.items.iter().map(|one| one.id));
            page.after = part.next;
            if page.after.is_none() {
                assert_eq!(part.total, Some(seen.len() as u64));
                return seen;
            }
        }
    };
    let today = day(2026, 11, 4);
    let wanted = |holds: &dyn Fn(&Certificate) -> bool| -> Vec<Id<Certificate>> {
        all.iter().filter(|one| holds(one)).map(|one| one.id).collect()
    };
    let none = CertificateFilter::default;
    assert_eq!(ask(none()).await, wanted(&|_| true));
    let number = |text: &str| CertificateFilter { number: Some(text.to_owned()), ..none() };
    assert_eq!(ask(number("MC-2026-")).await.len(), 5);
    assert_eq!(ask(number("X1")).await, wanted(&|one| one.number.starts_with('X')));
    assert!(ask(number("%")).await.is_empty() && ask(number("mc")).await.is_empty());
    for kinds in
        [vec![CertificateKind::General], vec![CertificateKind::General, CertificateKind::MedicalFitness]]
    {
        let holds = wanted(&|one| kinds.contains(&one.kind));
        assert_eq!(ask(CertificateFilter { kinds, ..none() }).await, holds);
    }
    for statuses in [
        vec![CertificateStatus::Valid],
        vec![CertificateStatus::Expired],
        vec![CertificateStatus::Revoked, CertificateStatus::Expired],
        vec![CertificateStatus::Suspended],
    ] {
        // The statement's rule and the domain's must agree.
        let holds = wanted(&|one| statuses.contains(&one.status_on(today)));
        assert_eq!(ask(CertificateFilter { statuses: Some((statuses, today)), ..none() }).await, holds);
    }
    let doctors = |doctors: Vec<StaffId>| CertificateFilter { doctors, ..none() };
    assert_eq!(ask(doctors(vec![clinic.staff.id, other.doctor])).await.len(), 6);
    assert!(ask(doctors(vec![other.doctor])).await.is_empty());
    let between = CertificateFilter { issued_from: Some(at(1)), issued_before: Some(at(2)), ..none() };
    assert_eq!(ask(between).await, wanted(&|one| one.issued_at == at(1)));
    let on = |valid_on| CertificateFilter { valid_on: Some(valid_on), ..none() };
    assert_eq!(ask(on(day(2026, 11, 3))).await.len(), 6);
    assert_eq!(ask(on(today)).await.len(), 5);
    assert!(ask(on(day(2026, 11, 1))).await.is_empty());
    let search_terms = |search_terms: &[&str]| CertificateFilter {
        search_terms: search_terms.iter().map(|&word| word.to_owned()).collect(),
        ..none()
    };
    assert_eq!(ask(search_terms(&["їжа"])).await.len(), 6);
    assert_eq!(
        ask(search_terms(&["їжа", "dni 9"])).await,
        wanted(&|one| one.holder.document.ends_with("99"))
    );
    assert!(ask(search_terms(&["їжа", "_"])).await.is_empty());
    let visible = |visible| CertificateFilter { visible_to_doctor: Some(visible), ..none() };
    assert_eq!(ask(visible(Some(clinic.staff.id))).await.len(), 6);
    assert!(ask(visible(Some(clinic.other.id))).await.is_empty() && ask(visible(None)).await.is_empty());
}

pub(crate) async fn parts(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let with = |code: &str, role, staff: &Staff| {
        let mut request = clinic.request(code);
        request.assignments.push(assignment(role, staff, &clinic.user));
        request
    };
    let mine = |code: &str| with(code, AssignmentRole::Manager, &clinic.staff);
    let open: Vec<Certification> = ["A", "B", "C"].map(mine).into();
    let closed = Certification {
        ending: Ending::Closed { at: at(1), by: clinic.user.id, outcome: None, reason: None },
        stage: Stage::Closed,
        ..mine("D")
    };
    let doctor = with("E", AssignmentRole::Doctor, &clinic.staff);
    let foreign = with("F", AssignmentRole::Manager, &clinic.other);
    let registered = Certification { operator: Some(clinic.other.id), ..clinic.request("G") };
    for request in open.iter().chain([&closed, &doctor, &foreign, &registered]) {
        insert!(database, request);
    }
    let (store, role) = (&database.store, AssignmentRole::Manager);
    let after =
        async |after, limit| store.open_requests_after(clinic.staff.id, role, after, limit).await.unwrap();
    let summary = |requests: &[Certification]| -> Vec<_> {
        requests.iter().map(|request| (request.id, request.code.clone())).collect()
    };
    assert_eq!(after(None, 2).await, summary(&open[..2]));
    assert_eq!(after(Some(open[1].id), 2).await, summary(&open[2..]));
    let mut work = begin(database).await;
    let found = work.open_requests_of(clinic.staff.id, role, 2).await.unwrap();
    assert_eq!((found.count, found.first), (3, summary(&open[..2])));
    let found = work.open_requests_of(clinic.other.id, AssignmentRole::Doctor, 2).await.unwrap();
    assert_eq!((found.count, found.first), (0, vec![]));
    assert_eq!(work.requests_with_staff(clinic.staff.id).await.unwrap(), 5);
    assert_eq!(work.requests_with_staff(clinic.other.id).await.unwrap(), 2);
    assert_eq!(work.staff_of(clinic.person.id).await.unwrap(), Some(clinic.staff.id));
    assert_eq!(work.staff_of(clinic.client.id).await.unwrap(), None);
    assert_eq!(work.requests_for_service(clinic.service.id).await.unwrap(), 0);
    assert_eq!(work.service_named(&clinic.service.name).await.unwrap(), Some(clinic.service.id));
    assert_eq!(work.service_named(" FÍTNESS").await.unwrap(), Some(clinic.service.id));
    assert_eq!(work.service_named("Fit").await.unwrap(), None);
}
