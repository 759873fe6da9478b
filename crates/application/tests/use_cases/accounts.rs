//! Administrators who want to be rid of each other, and many who send the same mail.

use std::collections::BTreeSet;

use futures::future::join_all;
use medcert_application::{
    Error, IfMatch, demo,
    identity::{
        FirstUser, ProfileEdit, create_user, edit_me,
        users::{self, HandOver, NewRoles, Suspension},
    },
    input::Parsed,
    mail,
};
use medcert_domain::{
    Locale,
    identity::{User, UserStatus},
    policy::{Actor, Role},
};
use medcert_testkit::{Database, Replicas, actor_of};

use crate::race_fixture::CALLERS;

const SECOND: &str = "second@accounts.medcert.test";
const ROUNDS: usize = 8;

async fn second(replicas: &Replicas) -> [Actor; 2] {
    let app = replicas.app(0);
    let new = FirstUser {
        email: SECOND.to_owned(),
        password: demo::PASSWORD.to_owned(),
        given_names: "Second".to_owned(),
        family_names: "Administrator".to_owned(),
        roles: BTreeSet::from([Role::Admin]),
        grants: vec![],
        locale: Locale::En,
        only_first: false,
    };
    create_user(&app, new).await.unwrap();
    [actor_of(&app, demo::emails()[0]).await, actor_of(&app, SECOND).await]
}

/// One attempt of one of the two against the other: suspending, demoting or deleting, in turn.
async fn attack(replicas: &Replicas, caller: usize, pair: &[Actor; 2]) -> Result<(), Error> {
    let app = replicas.app(caller);
    let (by, on) = (&pair[caller % 2], pair[(caller + 1) % 2].user);
    match caller / 2 % 3 {
        0 => {
            let why = Suspension { reason: "coup".to_owned(), hand_over: HandOver::default() };
            users::suspend(&app, by, on, IfMatch::Absent, &Parsed(why)).await.map(drop)
        }
        1 => {
            let less = NewRoles { roles: BTreeSet::from([Role::Auditor]), hand_over: HandOver::default() };
            users::set_roles(&app, by, on, IfMatch::Any, &Parsed(less)).await.map(drop)
        }
        _ => users::erase(&app, by, on, IfMatch::Any).await,
    }
}

pub(crate) async fn one_administrator_stays(database: Database) {
    let replicas = Replicas::on(database, 16, 4).await;
    let pair = second(&replicas).await;
    let store = &replicas.app(0).parts.store;
    for round in 0..database.rounds(ROUNDS) {
        // The first of the two may have been spared or not: both are what they were before the round.
        for email in [demo::emails()[0], SECOND] {
            let Some(row) = store.account_by_email(email).await.unwrap() else { continue };
            let whole = User { roles: BTreeSet::from([Role::Admin]), status: UserStatus::Active, ..row.user };
            let mut uow = store.begin().await.unwrap();
            uow.update(&whole).await.unwrap();
            uow.commit().await.unwrap();
        }
        let there = store.active_admins().await.unwrap();
        let outcomes = join_all((0..CALLERS).map(|caller| attack(&replicas, caller + round, &pair))).await;
        for outcome in &outcomes {
            let fair = matches!(
                outcome,
                Ok(())
                    | Err(Error::LastAdministrator(_)
                        | Error::NotFound(_)
                        | Error::InUse(_)
                        | Error::Stale
                        | Error::Busy(_))
            );
            assert!(fair, "{outcome:?}");
        }
        assert_eq!(store.active_admins().await.unwrap(), 1, "round {round}: {there} before");
    }
}

pub(crate) async fn each_mail_is_sent_once(database: Database) {
    let replicas = Replicas::on(database, 16, 4).await;
    let app = replicas.app(0);
    let mut addresses = BTreeSet::new();
    for email in &demo::emails()[..4] {
        let actor = actor_of(&app, email).await;
        let new = format!("new-{email}");
        let edit = ProfileEdit {
            email: Some(new.clone()),
            current_password: Some(demo::PASSWORD.to_owned()),
            ..ProfileEdit::default()
        };
        edit_me(&app, &actor, IfMatch::Any, &Parsed(edit)).await.unwrap();
        addresses.extend([new, (*email).to_owned()]);
    }
    let sent = join_all((0..CALLERS).map(|caller| {
        let app = replicas.app(caller);
        async move {
            match mail::send_due(&app).await {
                Ok(sent) => sent,
                // Whoever lost against another transaction looks again later.
                Err(Error::Busy(_)) => 0,
                Err(error) => panic!("{error:?}"),
            }
        }
    }))
    .await;
    mail::send_due(&app).await.unwrap();
    let mails = replicas.post.mails();
    assert!(sent.iter().sum::<usize>() <= 8);
    assert_eq!(mails.len(), 8);
    assert_eq!(mails.into_iter().map(|mail| mail.to).collect::<BTreeSet<_>>(), addresses);
}
