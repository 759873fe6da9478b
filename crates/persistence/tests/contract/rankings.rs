//! What is told of those in rankings besides their sums.

use chrono::{DateTime, Utc};
use medcert_application::store::{By, CellFilter, ReportReads};
use medcert_domain::{
    Id,
    certification::{AssignmentRole, Certification, FeeSource, Stage},
    people::Promoter,
};

use crate::{
    database::TestDatabase,
    fixture::{Clinic, assignment, at, fresh, pen, person, promoter, request, settlement},
    insert,
};

async fn summary(
    database: &TestDatabase,
    by: &[Id<Promoter>],
    time: (DateTime<Utc>, DateTime<Utc>),
    of: CellFilter,
) -> Vec<i64> {
    let found = database.store.clients_sent(by, time, &of).await.unwrap();
    let of =
        |id: &Id<Promoter>| found.iter().find(|(who, _)| *who == id.raw()).map_or(0, |(_, count)| *count);
    by.iter().map(of).collect()
}

/// Each client counts once for a promoter, in the time and of the requests that are asked for.
pub(crate) async fn clients(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let (other, nobody) = (promoter("Another"), promoter("Nobody's"));
    let second = person("Luz", "Ponce");
    insert!(database, &other, &nobody, &second);
    let sent = |code: &str, by: &Promoter, micros| Certification {
        promoter: Some(by.id),
        created_at: at(micros),
        ..clinic.request(code)
    };
    let with_fee = Certification {
        client: second.id,
        stage: Stage::Paid,
        settlement: settlement(20_000, vec![]),
        fee_source: Some(FeeSource::Service),
        ..sent("R-3", &clinic.promoter, 30)
    };
    let all = [
        Certification { service: Some(clinic.service.id), ..sent("R-1", &clinic.promoter, 10) },
        sent("R-2", &clinic.promoter, 20),
        with_fee,
        sent("R-4", &other, 30),
        request("R-5", &second, &clinic.user),
    ];
    for one in &all {
        insert!(database, one);
    }
    let by = [clinic.promoter.id, other.id, nobody.id];
    let whole = (at(0), at(100));
    let none = CellFilter::default;
    assert_eq!(summary(database, &by, whole, none()).await, [2, 1, 0]);
    assert_eq!(summary(database, &by, (at(10), at(30)), none()).await, [1, 0, 0], "the end is not in it");
    assert_eq!(summary(database, &by, (at(11), at(31)), none()).await, [2, 1, 0]);
    assert_eq!(summary(database, &by[1..], whole, none()).await, [1, 0]);
    let paid = CellFilter { stages: vec![Stage::Paid], ..none() };
    assert_eq!(summary(database, &by, whole, paid).await, [1, 0, 0]);
    let service = CellFilter { services: vec![clinic.service.id], ..none() };
    assert_eq!(summary(database, &by, whole, service).await, [1, 0, 0]);
    let currency = CellFilter { currencies: vec![pen(1).currency], ..none() };
    assert_eq!(summary(database, &by, whole, currency).await, [1, 0, 0]);
    let managed = CellFilter { managers: vec![clinic.staff.id], ..none() };
    assert_eq!(summary(database, &by, whole, managed).await, [0, 0, 0]);
    assert_eq!(summary(database, &[], whole, none()).await, Vec::<i64>::new());
}

/// The newest change of a request of each.
pub(crate) async fn activity(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let part = |role| assignment(role, &clinic.staff, &clinic.user);
    let changed = |code: &str, micros| Certification { updated_at: at(micros), ..clinic.request(code) };
    let all = [
        Certification { promoter: Some(clinic.promoter.id), ..changed("R-1", 40) },
        Certification { promoter: Some(clinic.promoter.id), ..changed("R-2", 50) },
        Certification { assignments: vec![part(AssignmentRole::Manager)], ..changed("R-3", 60) },
        Certification { assignments: vec![part(AssignmentRole::Doctor)], ..changed("R-4", 70) },
        Certification { operator: Some(clinic.staff.id), ..changed("R-5", 80) },
        changed("R-6", 90),
    ];
    for one in &all {
        insert!(database, one);
    }
    let member = clinic.staff.id.raw();
    let cases = [
        (By::Promoter, clinic.promoter.id.raw(), 50),
        (By::Manager, member, 60),
        (By::Doctor, member, 70),
        (By::Operator, member, 80),
    ];
    for (by, who, micros) in cases {
        let found = database.store.last_changes(by, &[clinic.other.id.raw(), who, fresh()]).await.unwrap();
        assert_eq!(found, [(who, at(micros))], "{by:?}");
    }
    assert_eq!(database.store.last_changes(By::Doctor, &[]).await.unwrap(), []);
}
