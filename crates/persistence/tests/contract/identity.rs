//! Accounts, sessions, refresh tokens.

use medcert_application::store::{IdentityReads, RefreshToken, StoreError};
use medcert_domain::{
    certification::{ACT_ON_ANY_REQUEST, Action},
    identity::{Session, User, UserStatus},
    policy::{Grant, Permission, Role},
};

use crate::{
    database::TestDatabase,
    duplicate,
    fixture::{Clinic, EXTREME, at, begin, fresh, id, person, session, user},
    insert, load,
};

pub(crate) async fn round_trip(database: &TestDatabase) {
    let (ana, ben) = (person("Ana", "Silva"), person("Ben", "Silva"));
    let full = User {
        password_hash: EXTREME.to_owned(),
        status: UserStatus::Suspended,
        grants: vec![
            Grant { permission: ACT_ON_ANY_REQUEST, ends_at: None },
            Grant { permission: Permission::Action(&Action::Cancel), ends_at: Some(at(5)) },
        ],
        last_login_at: Some(at(1)),
        ..user(&ana, "ana@example.org", Role::ALL)
    };
    assert!(!database.store.any_user(UserStatus::Suspended).await.unwrap());
    insert!(database, &ana, &ben, &full);
    assert_eq!(load!(database, full.id), Some(full.clone()));
    duplicate!(database, "user", &user(&ben, "ana@example.org", &[]));
    duplicate!(database, "user", &user(&ana, "second@example.org", &[]));
    insert!(database, &user(&ben, "Ana@example.org", &[]));
    assert!(database.store.any_user(UserStatus::Suspended).await.unwrap());

    let seen = database.store.account(full.id).await.unwrap().unwrap();
    assert_eq!((seen.user, seen.display_name.as_str(), seen.staff), (full.clone(), "Ana Silva", None));
    let seen = database.store.account_by_email("ana@example.org").await.unwrap().unwrap();
    assert_eq!(seen.user, full);
    assert!(database.store.account_by_email("nobody@example.org").await.unwrap().is_none());
    let mut work = begin(database).await;
    assert_eq!(work.user_by_email("ana@example.org").await.unwrap(), Some(full.clone()));
    assert_eq!(work.user_by_email("ANA@example.org").await.unwrap(), None);
    assert_eq!(work.count_users().await.unwrap(), 2);
    assert_eq!(work.lock_active_admins().await.unwrap(), vec![]);
    work.update(&User { status: UserStatus::Active, ..full.clone() }).await.unwrap();
    assert_eq!(work.lock_active_admins().await.unwrap(), vec![full.id]);
    work.commit().await.unwrap();
}

pub(crate) async fn sessions(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let kept = session(&clinic.user);
    let full = Session { stepped_up_until: Some(at(9)), ..session(&clinic.user) };
    let ended = Session { ended_at: Some(at(2)), ..session(&clinic.user) };
    insert!(database, &kept, &full, &ended);
    assert_eq!(load!(database, full.id), Some(full.clone()));
    let state = database.store.session_state(full.id).await.unwrap().unwrap();
    assert_eq!((state.session, state.user), (full.clone(), clinic.user.clone()));
    assert_eq!((state.display_name.as_str(), state.staff), ("Марія Лікар", Some(clinic.staff.id)));
    assert!(database.store.session_state(id()).await.unwrap().is_none());

    let mut work = begin(database).await;
    assert_eq!(work.end_sessions(clinic.user.id, Some(kept.id), at(3)).await.unwrap(), 1);
    work.commit().await.unwrap();
    assert_eq!(load!(database, kept.id), Some(kept));
    assert_eq!(load!(database, full.id).unwrap(), Session { version: 2, ended_at: Some(at(3)), ..full });
    assert_eq!(load!(database, ended.id), Some(ended));
    let mut work = begin(database).await;
    assert_eq!(work.end_sessions(clinic.user.id, None, at(4)).await.unwrap(), 1);
}

pub(crate) fn token(of: &Session, fill: u8) -> RefreshToken {
    RefreshToken {
        id: fresh(),
        hash: [fill; 32],
        session: of.id,
        parent: None,
        created_at: at(0),
        expires_at: at(1),
        used_at: None,
    }
}

pub(crate) async fn refresh_tokens(database: &TestDatabase) {
    let clinic = Clinic::open(database).await;
    let session = session(&clinic.user);
    let old = token(&session, 0);
    let new = RefreshToken { parent: Some(old.id), used_at: Some(at(3)), ..token(&session, 255) };
    let mut work = begin(database).await;
    work.insert(&session).await.unwrap();
    work.insert_refresh(&old).await.unwrap();
    work.insert_refresh(&new).await.unwrap();
    assert_eq!(work.refresh_by_hash(&new.hash).await.unwrap(), Some(new.clone()));
    assert_eq!(work.refresh_by_hash(&[7; 32]).await.unwrap(), None);
    assert!(work.use_refresh(&old, at(4)).await.unwrap());
    assert!(!work.use_refresh(&old, at(5)).await.unwrap());
    work.commit().await.unwrap();
    let mut work = begin(database).await;
    let used = work.refresh_by_hash(&old.hash).await.unwrap().unwrap();
    assert_eq!(used.used_at, Some(at(4)));
    let again = work.insert_refresh(&token(&session, 0)).await;
    assert!(matches!(again, Err(StoreError::Duplicate("refresh token"))), "{again:?}");
}
