//! Mails on their way.

use medcert_application::{
    mail::LetterKind,
    store::{DeliveryOutcome, MailQueue, QueuedMail},
};
use medcert_domain::Locale;
use sea_orm::ConnectionTrait as _;

use crate::{
    database::TestDatabase,
    fixture::{at, begin, fresh},
};

pub(crate) fn mail(due: i64) -> QueuedMail {
    QueuedMail {
        id: fresh(),
        created_at: at(0),
        letter: LetterKind::ConfirmEmail,
        subject: Some(fresh()),
        locale: Locale::Uk,
        recipient: "ґанна@example.org".to_owned(),
        attempts: 0,
        due_at: at(due),
    }
}

async fn keep(database: &TestDatabase, mails: &[QueuedMail]) {
    let mut work = begin(database).await;
    for mail in mails {
        work.queue_mail(mail).await.unwrap();
    }
    work.commit().await.unwrap();
}

pub(crate) async fn queue(database: &TestDatabase) {
    let notice = QueuedMail { letter: LetterKind::EmailChangeAsked, subject: None, ..mail(1) };
    let (late, early) = (mail(5), mail(1));
    keep(database, &[late.clone(), notice.clone(), early.clone()]).await;
    let store = &database.store;
    assert_eq!(store.due_mail(at(0), 9).await.unwrap(), []);
    assert_eq!(store.due_mail(at(5), 9).await.unwrap(), [notice.clone(), early.clone(), late.clone()]);
    assert_eq!(store.due_mail(at(5), 1).await.unwrap(), std::slice::from_ref(&notice));
    assert!(store.take_mail(&notice, at(100)).await.unwrap());
    assert!(!store.take_mail(&notice, at(100)).await.unwrap());
    assert_eq!(store.due_mail(at(99), 9).await.unwrap(), [early, late]);
    // Whoever took it and went away leaves it to others.
    let again = QueuedMail { attempts: 1, due_at: at(100), ..notice };
    assert!(store.due_mail(at(100), 9).await.unwrap().contains(&again));
    assert!(store.take_mail(&again, at(200)).await.unwrap());
}

pub(crate) async fn fates(database: &TestDatabase) {
    let (sent, later, lost) = (mail(0), mail(0), mail(0));
    keep(database, &[sent.clone(), later.clone(), lost.clone()]).await;
    let store = &database.store;
    for mail in [&sent, &later, &lost] {
        assert!(store.take_mail(mail, at(50)).await.unwrap());
    }
    store.settle_mail(sent.id, 1, DeliveryOutcome::Delivered(at(2))).await.unwrap();
    store.settle_mail(later.id, 1, DeliveryOutcome::Later(at(9))).await.unwrap();
    store.settle_mail(lost.id, 1, DeliveryOutcome::GivenUp).await.unwrap();
    let due = QueuedMail { attempts: 1, due_at: at(9), ..later };
    assert_eq!(store.due_mail(at(1_000), 9).await.unwrap(), std::slice::from_ref(&due));
    // An attempt that took too long says nothing any more.
    assert!(store.take_mail(&due, at(60)).await.unwrap());
    store.settle_mail(due.id, 1, DeliveryOutcome::Delivered(at(10))).await.unwrap();
    assert_eq!(store.due_mail(at(60), 9).await.unwrap().len(), 1);
    store.settle_mail(due.id, 2, DeliveryOutcome::Delivered(at(11))).await.unwrap();
    assert_eq!(store.due_mail(at(1_000), 9).await.unwrap(), []);
    let behind = database.behind().await;
    let rows = behind.query_all_raw(sea_orm::Statement::from_string(
        behind.get_database_backend(),
        "SELECT COUNT(*) FROM mail_message WHERE recipient IS NULL AND due_at IS NULL",
    ));
    let count: i64 = rows.await.unwrap()[0].try_get_by_index(0).unwrap();
    behind.close().await.unwrap();
    assert_eq!(count, 3);
}

pub(crate) async fn forgotten(database: &TestDatabase) {
    let store = &database.store;
    let written = |moment: i64| QueuedMail { created_at: at(moment), ..mail(moment) };
    let (sent, late, lost, young, waiting) = (written(0), written(0), written(0), written(90), written(0));
    keep(database, &[sent.clone(), late.clone(), lost.clone(), young.clone(), waiting.clone()]).await;
    for (mail, fate) in [
        (&sent, DeliveryOutcome::Delivered(at(10))),
        (&late, DeliveryOutcome::Delivered(at(80))),
        (&lost, DeliveryOutcome::GivenUp),
        (&young, DeliveryOutcome::GivenUp),
    ] {
        assert!(store.take_mail(mail, at(200)).await.unwrap());
        store.settle_mail(mail.id, 1, fate).await.unwrap();
    }
    // What is still to be sent stays, however old it is.
    assert_eq!(store.forget_mail(at(10)).await.unwrap(), 1);
    assert_eq!(store.forget_mail(at(80)).await.unwrap(), 1);
    assert_eq!(store.forget_mail(at(80)).await.unwrap(), 0);
    assert_eq!(store.forget_mail(at(100)).await.unwrap(), 2);
    assert_eq!(store.due_mail(at(1_000), 9).await.unwrap(), [waiting]);
}
