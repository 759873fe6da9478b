//! Races in the directories: finding or making, merging, editing.

use std::collections::BTreeSet;

use futures::future::join_all;
use medcert_application::{
    Error, IfMatch, demo,
    idempotent::Idempotent,
    input::Parsed,
    people::{
        DocumentInput, MergeWanted, NewPromoter, PersonInput, PersonMade, PromoterMade, VisiblePerson,
        create_person, create_promoter, edit_person, merge_person, person,
    },
};
use medcert_domain::{
    PersonId,
    people::{DocumentType, PersonPatch, PromoterPatch, PromoterType},
    policy::Actor,
};
use medcert_testkit::{Database, actor_of};

use crate::race_fixture::{CALLERS, ROUNDS, RaceFixture, plain};

fn somebody(number: &str) -> PersonInput {
    let fields = PersonPatch {
        given_names: Some("Соломія".to_owned()),
        family_names: Some("Quispe".to_owned()),
        ..PersonPatch::default()
    };
    let kind = Some(DocumentType::Ce);
    let document = Some(DocumentInput { kind, country: None, number: Some(number.to_owned()) });
    PersonInput { document, fields }
}

fn done<T>(once: Idempotent<T>) -> T {
    match once {
        Idempotent::Done(done) => done,
        Idempotent::Replayed(_) => panic!("nobody sent a key"),
    }
}

async fn made(fixture: &RaceFixture, caller: usize, number: &str) -> PersonMade {
    let (app, conditions, input) = (fixture.app(caller), plain(), Parsed(somebody(number)));
    let write = |_: &PersonMade| String::new();
    done(create_person(&app, &fixture.operator, &conditions, &input, &write).await.unwrap())
}

async fn administrator(fixture: &RaceFixture) -> Actor {
    actor_of(&fixture.app(0), demo::emails()[0]).await
}

async fn merge(
    fixture: &RaceFixture,
    caller: usize,
    admin: &Actor,
    from: PersonId,
    into: PersonId,
) -> Result<VisiblePerson, Error> {
    let (app, conditions) = (fixture.app(caller), plain());
    let input = Parsed(MergeWanted { into, reason: "The same".to_owned() });
    let write = |_: &VisiblePerson| String::new();
    merge_person(&app, admin, from, &conditions, &input, &write).await.map(done)
}

pub(crate) async fn find_or_make(database: Database) {
    let fixture = RaceFixture::on(database).await;
    for round in 0..database.rounds(ROUNDS) {
        let number = format!("P{round}");
        let people = join_all((0..CALLERS).map(|caller| made(&fixture, caller, &number))).await;
        assert_eq!(people.iter().filter(|made| made.created).count(), 1, "round {round}");
        let ids: BTreeSet<_> = people.iter().map(|made| made.seen.person.id).collect();
        assert_eq!(ids.len(), 1, "round {round}");

        let promoter = |tax_id: Option<String>, kind, number: &str| NewPromoter {
            kind,
            person_id: None,
            person: somebody(number),
            name: Some("Andinos".to_owned()),
            fields: PromoterPatch { tax_id: Some(tax_id), ..PromoterPatch::default() },
        };
        // Half of the rounds by tax id, half by the document of a person whom nobody knows yet.
        let new = if round % 2 == 0 {
            promoter(Some(format!("T{round}")), PromoterType::Company, "X")
        } else {
            promoter(None, PromoterType::Person, &format!("Q{round}"))
        };
        let input = Parsed(new);
        let conditions = plain();
        let write = |_: &PromoterMade| String::new();
        let callers = (0..CALLERS).map(|caller| {
            let app = fixture.app(caller);
            let (fixture, conditions, input, write) = (&fixture, &conditions, &input, &write);
            async move { create_promoter(&app, &fixture.operator, conditions, input, write).await.map(done) }
        });
        let promoters: Vec<PromoterMade> = join_all(callers).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(promoters.iter().filter(|made| made.created).count(), 1, "round {round}");
        let ids: BTreeSet<_> = promoters.iter().map(|made| made.promoter.id).collect();
        assert_eq!(ids.len(), 1, "round {round}");
    }
}

pub(crate) async fn merge_crosswise(database: Database) {
    let fixture = RaceFixture::on(database).await;
    let admin = administrator(&fixture).await;
    for round in 0..database.rounds(ROUNDS) {
        let one = made(&fixture, 0, &format!("A{round}")).await.seen.person.id;
        let two = made(&fixture, 0, &format!("B{round}")).await.seen.person.id;
        let callers = (0..CALLERS).map(|caller| {
            let (from, into) = if caller % 2 == 0 { (one, two) } else { (two, one) };
            merge(&fixture, caller, &admin, from, into)
        });
        let outcomes = join_all(callers).await;
        let won: Vec<PersonId> = outcomes.iter().flatten().map(|seen| seen.person.id).collect();
        assert_eq!(won.len(), 1, "round {round}: {:?}", outcomes.iter().find_map(|o| o.as_ref().err()));
        for outcome in &outcomes {
            let summary = match outcome {
                Ok(_) => true,
                Err(Error::Merged(into)) => *into == won[0].raw(),
                Err(_) => false,
            };
            assert!(summary, "{:?}", outcome.as_ref().err());
        }
        let lost = if won[0] == one { two } else { one };
        let sign = person(&fixture.app(0), &admin, lost).await.unwrap();
        assert_eq!(sign.person.merged_into, Some(won[0]));
    }
}

pub(crate) async fn edit_while_merging(database: Database) {
    let fixture = RaceFixture::on(database).await;
    let admin = administrator(&fixture).await;
    for round in 0..database.rounds(ROUNDS) {
        let from = made(&fixture, 0, &format!("A{round}")).await.seen.person.id;
        let into = made(&fixture, 0, &format!("B{round}")).await.seen.person.id;
        let callers = (0..CALLERS).map(|caller| {
            let (fixture, admin) = (&fixture, &admin);
            async move {
                if caller == CALLERS / 2 {
                    return merge(fixture, caller, admin, from, into).await;
                }
                let phone = Some(Some(format!("99900{caller:04}")));
                let fields = PersonPatch { phone, ..PersonPatch::default() };
                let input = Parsed(PersonInput { document: None, fields });
                edit_person(&fixture.app(caller), &fixture.operator, from, IfMatch::Any, &input).await
            }
        });
        let outcomes = join_all(callers).await;
        let mut changes = 0;
        for outcome in &outcomes {
            match outcome {
                Ok(_) => changes += 1,
                // Too many at once, or too late.
                Err(Error::Stale | Error::Busy(_)) => {}
                Err(Error::Merged(to)) => assert_eq!(*to, into.raw()),
                Err(error) => panic!("{error:?}"),
            }
        }
        let sign = person(&fixture.app(0), &admin, from).await.unwrap().person;
        assert_eq!(
            sign.version,
            1 + changes,
            "round {round}: every change that was told was made, and no other"
        );
    }
}
