//! Races for the names of services and specialties.

use futures::future::join_all;
use medcert_application::{
    Error, IfMatch,
    catalog::{create_service, services, specialties},
    demo, directory,
    idempotent::Idempotent,
    input::Parsed,
    store::{PageRequest, ServiceFilter},
};
use medcert_domain::catalog::{NewService, NewSpecialty, ServicePatch, Specialty};
use medcert_domain::{
    Currency, Money,
    catalog::{CertificateKind, Service},
    policy::Actor,
    text,
};
use medcert_testkit::{Database, actor_of};

use crate::race_fixture::{CALLERS, ROUNDS, RaceFixture, plain};

/// Spellings of one name that nobody tells apart.
fn spelled(caller: usize, round: usize) -> String {
    let name = match caller % 4 {
        0 => "Aptitud física",
        1 => "APTITUD FISICA",
        2 => "aptitud  fi\u{301}sica",
        _ => "Aptítud Fisica",
    };
    format!("{name} {round}")
}

fn new(name: String) -> Parsed<NewService> {
    Parsed(NewService {
        name,
        description: None,
        fee: Money::new(100, Currency::parse("PEN").unwrap()),
        certificate_kind: CertificateKind::General,
        validity_days: 30,
        active: true,
    })
}

fn told_that_it_is_there(error: &Error) -> bool {
    matches!(error, Error::Duplicate { pointer: "/name", .. })
}

pub(crate) async fn one_name(database: Database) {
    let fixture = RaceFixture::on(database).await;
    let admin = actor_of(&fixture.app(0), demo::emails()[0]).await;
    let create = async |caller: usize, name: String| {
        let (app, conditions) = (fixture.app(caller), plain());
        let write = |_: &Service| String::new();
        match create_service(&app, &admin, &new(name), &conditions, &write).await {
            Ok(Idempotent::Done(made)) => Ok(made),
            Ok(Idempotent::Replayed(_)) => panic!("nobody sent a key"),
            Err(error) => Err(error),
        }
    };
    let like = async |round: usize| {
        let page = PageRequest { limit: 200, after: None, with_total: false };
        let all = services(&fixture.app(0), &admin, &ServiceFilter::default(), &page).await.unwrap().items;
        let wanted = text::alike(&spelled(0, round));
        all.into_iter().filter(|one| text::alike(&one.name) == wanted).collect::<Vec<_>>()
    };
    for round in 0..database.rounds(ROUNDS) {
        let made = join_all((0..CALLERS).map(|caller| create(caller, spelled(caller, round)))).await;
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "round {round}");
        for error in made.iter().filter_map(|made| made.as_ref().err()) {
            assert!(told_that_it_is_there(error), "{error:?}");
        }
        assert_eq!(like(round).await.len(), 1, "round {round}");

        // Renaming several services to one name leaves it to one of them.
        let mut several = Vec::new();
        for nth in 0..8 {
            several.push(create(nth, format!("Service {round}-{nth}")).await.unwrap().id);
        }
        let target = 1_000 + round;
        let renamed = join_all((0..CALLERS).map(|caller| {
            let (app, id) = (fixture.app(caller), several[caller % several.len()]);
            let patch = ServicePatch { name: Some(spelled(caller, target)), ..ServicePatch::default() };
            let admin = &admin;
            async move { directory::change(&app, admin, id, &Parsed(patch), IfMatch::Any).await }
        }))
        .await;
        for error in renamed.iter().filter_map(|renamed| renamed.as_ref().err()) {
            let fair = told_that_it_is_there(error) || matches!(error, Error::Stale | Error::Busy(_));
            assert!(fair, "{error:?}");
        }
        let left = like(target).await;
        assert_eq!(left.len(), 1, "round {round}");
        let won = renamed.iter().flatten().all(|service| service.id == left[0].id);
        assert!(won, "round {round}: two were told that the name is theirs");
    }
    one_specialty(&fixture, &admin, database.rounds(ROUNDS)).await;
}

async fn one_specialty(fixture: &RaceFixture, admin: &Actor, rounds: usize) {
    for round in 0..rounds {
        let made = join_all((0..CALLERS).map(|caller| async move {
            let new = Parsed(NewSpecialty { name: spelled(caller, round), active: true });
            let write = |_: &Specialty| String::new();
            directory::create(&fixture.app(caller), admin, &plain(), &new, &write).await
        }))
        .await;
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "round {round}");
        for error in made.iter().filter_map(|made| made.as_ref().err()) {
            assert!(told_that_it_is_there(error), "{error:?}");
        }
    }
    let page = PageRequest { limit: 200, after: None, with_total: true };
    let words = ["aptitud".to_owned()];
    let left = specialties(&fixture.app(0), admin, (Some(true), &words), &page).await.unwrap();
    assert_eq!(left.total, Some(u64::try_from(rounds).unwrap()));
}
