//! The demonstration clinic on a database of its own, served over real HTTP.

use std::{net::TcpListener, num::NonZeroU32, sync::Arc};

use medcert_api::{Http, HttpOptions, imports};
use medcert_application::{App, Parts, Settings, demo, jobs, objects::Objects, scanning::NoScanner};
use medcert_credentials::{
    BcryptPasswords, Es256Tokens, HmacDerivation, KrillaRenderer, generate_signing_key,
};
use medcert_domain::{
    Id,
    policy::{Actor, Origin},
};
use medcert_object_store::StoredObjects;

use crate::{Caller, Database, Mailbox, TestClock, TestDatabase, TestIds};

/// Hashing cost in tests: the lowest bcrypt knows, since tests prove the rules and not the hash.
const COST: u32 = 4;

/// A served clinic.
pub struct Clinic {
    /// The application, for what cannot be asked over HTTP.
    pub app: Arc<App>,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// Its object storage.
    pub objects: Arc<dyn Objects>,
    /// Where its mails end.
    pub post: Arc<Mailbox>,
    /// Where it answers, such as `http://127.0.0.1:40123`.
    pub url: String,
    /// What its access tokens are signed with, to make false ones.
    pub signing_key: String,
    client: reqwest::Client,
    database: TestDatabase,
}

/// Several applications on one database and one object storage, as replicas are; not served.
pub struct Replicas {
    /// Their clock.
    pub clock: Arc<TestClock>,
    /// Their object storage.
    pub objects: Arc<dyn Objects>,
    /// Where their mails end.
    pub post: Arc<Mailbox>,
    apps: Vec<Arc<App>>,
    database: TestDatabase,
}

impl Replicas {
    /// The demonstration clinic on a database with so many connections, in so many applications.
    pub async fn on(database: Database, connections: u32, applications: usize) -> Self {
        Self::with_objects(database, connections, applications, memory()).await
    }

    /// The same, with files kept in this object storage.
    pub async fn with_objects(
        database: Database,
        connections: u32,
        applications: usize,
        objects: Arc<dyn Objects>,
    ) -> Self {
        Self::having(database, connections, applications, objects, |_| {}).await
    }

    /// The same with other parts than the usual ones.
    pub async fn having(
        database: Database,
        connections: u32,
        applications: usize,
        objects: Arc<dyn Objects>,
        change: impl FnOnce(&mut Parts),
    ) -> Self {
        let fresh = database.fresh(connections).await;
        let clock = TestClock::new();
        let ids = TestIds::new(Arc::clone(&clock));
        let post = Mailbox::new();
        let key = generate_signing_key();
        let mut parts = parts(&fresh, &clock, &ids, &objects, &post, &key, "http://127.0.0.1");
        change(&mut parts);
        let apps: Vec<Arc<App>> = (0..applications).map(|_| Arc::new(App::new(parts.clone()))).collect();
        let first = apps.first().expect("at least one application");
        demo::install(first).await.expect("the demonstration clinic");
        Self { clock, objects, post, apps, database: fresh }
    }

    /// The application that a caller of this number reaches.
    pub fn app(&self, caller: usize) -> Arc<App> {
        let index = caller % self.apps.len();
        self.apps.get(index).map(Arc::clone).expect("an index within")
    }

    /// Where the database is.
    pub fn database_url(&self) -> &str {
        self.database.url()
    }
}

/// An object storage that is gone with the test.
pub fn memory() -> Arc<dyn Objects> {
    Arc::new(StoredObjects::open("memory:", None).expect("memory is a store"))
}

fn parts(
    fresh: &TestDatabase,
    clock: &Arc<TestClock>,
    ids: &Arc<TestIds>,
    objects: &Arc<dyn Objects>,
    post: &Arc<Mailbox>,
    signing_key: &str,
    url: &str,
) -> Parts {
    Parts {
        store: Arc::new(fresh.store.clone()),
        objects: Arc::clone(objects),
        scanner: Arc::new(NoScanner),
        renderer: Arc::new(KrillaRenderer::new(vec![]).expect("the built-in font")),
        passwords: Arc::new(BcryptPasswords::new(COST, 2)),
        tokens: Arc::new(Es256Tokens::new(&[signing_key], "medcert", "medcert").expect("a key just made")),
        derivation: Arc::new(HmacDerivation::new([7; 32])),
        mailer: Some(Arc::clone(post) as _),
        ids: Arc::clone(ids) as _,
        clock: Arc::clone(clock) as _,
        settings: Settings::at(url),
    }
}

impl Clinic {
    /// Opens the clinic on the embedded database.
    pub async fn open() -> Self {
        Self::open_on(Database::Sqlite, 4).await
    }

    /// Opens the clinic on a database with so many connections.
    pub async fn open_on(database: Database, connections: u32) -> Self {
        Self::open_with(database, connections, None).await
    }

    /// Opens the clinic with a limit of requests a second.
    pub async fn open_with(database: Database, connections: u32, rate_limit: Option<u32>) -> Self {
        Self::open_having(database, connections, rate_limit, |_| {}).await
    }

    /// Opens the clinic with other parts than the usual ones.
    pub async fn open_having(
        database: Database,
        connections: u32,
        rate_limit: Option<u32>,
        change: impl FnOnce(&mut Parts),
    ) -> Self {
        let fresh = database.fresh(connections).await;
        let clock = TestClock::new();
        let ids = TestIds::new(Arc::clone(&clock));
        let objects = memory();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound address"));
        let signing_key = generate_signing_key();
        let post = Mailbox::new();
        let mut parts = parts(&fresh, &clock, &ids, &objects, &post, &signing_key, &url);
        change(&mut parts);
        let objects = Arc::clone(&parts.objects);
        let app = Arc::new(App::new(parts));
        demo::install(&app).await.expect("the demonstration clinic");
        let options =
            HttpOptions { rate_limit: rate_limit.and_then(NonZeroU32::new), ..HttpOptions::default() };
        let server = Http::new(Arc::clone(&app), options).serve(listener).expect("a server");
        tokio::spawn(server);
        Self { app, clock, objects, post, url, signing_key, client: Caller::client(), database: fresh }
    }

    /// Where its database is.
    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    /// Somebody not signed in.
    pub fn anonymous(&self) -> Caller {
        Caller::new(self.client.clone(), &self.url, None)
    }

    /// Signs in with the password of the demonstration.
    pub async fn sign_in(&self, email: &str) -> Caller {
        let body = serde_json::json!({"email": email, "password": demo::PASSWORD});
        let answer = self.anonymous().post("/api/v1/auth/login", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        self.anonymous().with_token(answer.body["access_token"].as_str().expect("an access token"))
    }

    /// The administrator.
    pub async fn admin(&self) -> Caller {
        self.sign_in(demo::emails()[0]).await
    }

    /// The operator.
    pub async fn operator(&self) -> Caller {
        self.sign_in(demo::emails()[1]).await
    }

    /// The manager.
    pub async fn manager(&self) -> Caller {
        self.sign_in(demo::emails()[2]).await
    }

    /// Does every job that is due, as the worker of a server does.
    pub async fn work(&self) {
        jobs::work(&self.app, &imports()).await.expect("the jobs are done");
    }

    /// The doctor.
    pub async fn doctor(&self) -> Caller {
        self.sign_in(demo::emails()[3]).await
    }
}

/// The account with this address as an actor, for calling use cases directly.
pub async fn actor_of(app: &App, email: &str) -> Actor {
    let row = app.parts.store.account_by_email(email).await.expect("the store answers").expect("an account");
    Actor {
        user: row.user.id,
        session: Id::new(app.parts.ids.uuid()),
        person: row.user.person,
        staff: row.staff,
        display_name: row.display_name,
        roles: row.user.roles,
        permissions: row.user.grants.iter().map(|grant| grant.permission).collect(),
        origin: Origin::default(),
    }
}
