//! Replicas that are killed while they work: nothing acknowledged is lost, and nothing is done twice.

use std::{
    collections::BTreeSet,
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use medcert_application::demo;
use medcert_testkit::Caller;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{installation::Installation, walk::today};

const REQUESTS: &str = "/api/v1/certification-requests";

/// Those who work at the same time.
const WORKERS: u32 = 6;

/// Tries of one call at the most. A killed replica costs a caller a few.
const TRIES: u32 = 300;

/// Requests from registration to certificate; `bench/replicas` asks for more.
fn wanted() -> u32 {
    #[expect(clippy::disallowed_methods, reason = "a measurement says how much of it is wanted")]
    let wanted = std::env::var("MEDCERT_REPLICAS_REQUESTS");
    wanted.map_or(36, |text| text.parse().expect("MEDCERT_REPLICAS_REQUESTS is a number"))
}

/// What callers counted together.
#[derive(Default)]
struct Counts {
    acknowledged: AtomicU32,
    repeated: AtomicU32,
    broken: AtomicU32,
}

/// Somebody who repeats a call until it is answered, as a client with an Idempotency-Key should.
#[derive(Clone)]
struct Stubborn {
    client: reqwest::Client,
    url: String,
    counts: Arc<Counts>,
    acknowledged: mpsc::UnboundedSender<()>,
}

impl Stubborn {
    /// Sends it once; `None` when the connection breaks.
    async fn once(&self, token: &str, path: &str, key: &str, body: &Value) -> Option<(u16, Value)> {
        let request = self.client.post(format!("{}{path}", self.url)).bearer_auth(token);
        let request = request.header("content-type", "application/json").header("if-match", "*");
        let answer = request.header("idempotency-key", format!("\"{key}\"")).body(body.to_string());
        let answer = answer.send().await.ok()?;
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.ok()?;
        Some((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    async fn call(&self, token: &str, path: &str, key: &str, body: Value) -> Value {
        for attempt in 0..TRIES {
            if attempt > 0 {
                self.counts.repeated.fetch_add(1, Ordering::Relaxed);
                // A client that does not wait before it asks again makes an outage longer.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            match self.once(token, path, key, &body).await {
                Some((200 | 201, answer)) => {
                    self.counts.acknowledged.fetch_add(1, Ordering::Relaxed);
                    let _ = self.acknowledged.send(());
                    return answer;
                }
                None | Some((502..=504, _)) => {
                    self.counts.broken.fetch_add(1, Ordering::Relaxed);
                }
                // Two replicas number certificates at once, and one of them gives way.
                Some((409, answer))
                    if ["/problems/in-flight", "/problems/stale"]
                        .contains(&answer["type"].as_str().unwrap()) => {}
                Some((status, answer)) => panic!("{path}: {status} {answer}"),
            }
        }
        panic!("{path} was not answered in {TRIES} tries");
    }
}

/// The clinic's people.
#[derive(Clone)]
struct Actors {
    operator: String,
    manager: String,
    doctor: String,
    manager_id: Value,
    doctor_id: Value,
    service: Value,
}

impl Actors {
    async fn of(url: &str) -> Self {
        let sign_in = async |place: usize| {
            let body = json!({"email": demo::emails()[place], "password": demo::PASSWORD});
            let answer = Caller::at(url).post("/api/v1/auth/login", &body).await.expect(200);
            answer.body["access_token"].as_str().unwrap().to_owned()
        };
        let (operator, manager, doctor) = (sign_in(1).await, sign_in(2).await, sign_in(3).await);
        let get = async |token: &str, path: &str| {
            Caller::at(url).with_token(token).get(path).await.expect(200).body
        };
        Self {
            manager_id: get(&manager, "/api/v1/auth/me").await["staff_id"].clone(),
            doctor_id: get(&doctor, "/api/v1/auth/me").await["staff_id"].clone(),
            service: get(&operator, "/api/v1/services?limit=1").await["items"][0]["id"].clone(),
            operator,
            manager,
            doctor,
        }
    }
}

/// What a client was told.
struct Told {
    reference: String,
    id: String,
    code: String,
    payment: Value,
    number: String,
    certificate: String,
}

/// One request from registration to certificate.
async fn live(caller: &Stubborn, actors: &Actors, number: u32) -> Told {
    let reference = format!("load-{number}");
    let client = json!({
        "document_type": "DNI", "document_number": format!("{:08}", 20_000_000 + number),
        "given_names": "Lucía", "family_names": "Ñahui Ponce", "birth_date": "1990-04-12"
    });
    let body = json!({"client": client, "service_id": actors.service, "external_reference": reference});
    let request = caller.call(&actors.operator, REQUESTS, &format!("register-{number}"), body).await;
    let id = request["id"].as_str().unwrap().to_owned();
    let act = async |who: &str, action: &str, body: Value| {
        caller.call(who, &format!("{REQUESTS}/{id}/{action}"), &format!("{action}-{number}"), body).await
    };
    act(&actors.manager, "assign-manager", json!({"staff_id": actors.manager_id})).await;
    let payment = json!({
        "channel": "YAPE", "paid_on": today(), "amount": "200.00", "currency": "PEN",
        "transaction_reference": format!("L-{number}")
    });
    let paid = act(&actors.manager, "register-payment", payment).await;
    act(&actors.manager, "assign-doctor", json!({"staff_id": actors.doctor_id})).await;
    let findings = json!({
        "evaluated_on": today(), "conclusion": "FIT", "verdict": "APPROVED", "diagnoses": [{"code": "Z02.7"}]
    });
    act(&actors.doctor, "record-evaluation", findings).await;
    let issued = act(&actors.doctor, "issue", json!({})).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Told {
        code: text(&request["code"]),
        payment: paid["payments"][0]["id"].clone(),
        number: text(&issued["certificate"]["number"]),
        certificate: text(&issued["certificate"]["id"]),
        reference,
        id,
    }
}

/// Kills and starts replicas in turn while others work; gives how often.
async fn trouble(
    installation: &mut Installation,
    mut acknowledged: mpsc::UnboundedReceiver<()>,
    calls: u32,
) -> u32 {
    // Killed at a fifth and at three fifths of the way, started again a fifth later, and so on for every 300 calls.
    let turns = (calls / 300).max(1);
    let step = calls / (turns * 5);
    let (mut seen, mut kills) = (0, 0);
    for turn in 0..turns {
        for (fifth, replica) in [(1, 0), (3, 1)] {
            for (point, kill) in [(fifth, true), (fifth + 1, false)] {
                let until = (turn * 5 + point) * step;
                while seen < until && acknowledged.recv().await.is_some() {
                    seen += 1;
                }
                if kill {
                    installation.kill(replica);
                    kills += 1;
                } else {
                    tokio::task::block_in_place(|| installation.run(replica));
                }
            }
        }
    }
    kills
}

/// All requests there are: their codes.
async fn codes(caller: &Caller) -> Vec<String> {
    let mut found = Vec::new();
    let mut path = format!("{REQUESTS}?limit=200");
    loop {
        let page = caller.get(&path).await.expect(200).body;
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|item| item["code"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { return found };
        path = format!("{REQUESTS}?limit=200&cursor={next}");
    }
}

/// What a replica says of what a client was told.
async fn check(summary: &Told, replica: &str, actors: &Actors) {
    let operator = Caller::at(replica).with_token(&actors.operator);
    let request = operator.get(&format!("{REQUESTS}/{}", summary.id)).await.expect(200).body;
    assert_eq!((&request["code"], &request["stage"]), (&json!(summary.code), &json!("CLOSED")));
    let payments = request["payments"].as_array().unwrap();
    assert_eq!(payments.iter().map(|payment| &payment["id"]).collect::<Vec<_>>(), [&summary.payment]);
    let certificates = request["certificates"].as_array().unwrap();
    let numbers: Vec<&Value> = certificates.iter().map(|certificate| &certificate["number"]).collect();
    assert_eq!(numbers, [&json!(summary.number)]);
    let found =
        operator.get(&format!("{REQUESTS}?external_reference={}", summary.reference)).await.expect(200);
    assert_eq!(
        found.body["items"].as_array().unwrap().len(),
        1,
        "{} was registered twice",
        summary.reference
    );
    let doctor = Caller::at(replica).with_token(&actors.doctor);
    let pdf = doctor.get(&format!("/api/v1/certificates/{}/pdf", summary.certificate)).await.expect(200);
    assert!(pdf.bytes.starts_with(b"%PDF"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_replicas_lose_nothing_and_repeat_nothing() {
    let wanted = wanted();
    let mut installation = Installation::start().await;
    let actors = Actors::of(&installation.url).await;
    let (sender, receiver) = mpsc::unbounded_channel();
    let counts = Arc::new(Counts::default());
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let caller =
        Stubborn { client, url: installation.url.clone(), counts: Arc::clone(&counts), acknowledged: sender };
    let next = Arc::new(AtomicU32::new(0));
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (caller, actors, next) = (caller.clone(), actors.clone(), Arc::clone(&next));
            tokio::spawn(async move {
                let mut summary = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= wanted {
                        return summary;
                    }
                    summary.push(live(&caller, &actors, number).await);
                }
            })
        })
        .collect();
    drop(caller);
    let kills = trouble(&mut installation, receiver, wanted * 6).await;
    let mut summary = Vec::new();
    for worker in workers {
        summary.extend(worker.await.unwrap());
    }
    let urls = installation.addresses.clone().map(|address| format!("http://{address}"));
    for one in &summary {
        for url in &urls {
            check(one, url, &actors).await;
        }
    }
    let all = codes(&Caller::at(&urls[0]).with_token(&actors.operator)).await;
    let different: BTreeSet<&String> = all.iter().collect();
    let told_codes: BTreeSet<&String> = summary.iter().map(|one| &one.code).collect();
    assert_eq!((all.len(), &different), (summary.len(), &told_codes));
    let mut numbers: Vec<u32> =
        summary.iter().map(|one| one.number.rsplit('-').next().unwrap().parse().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=wanted).collect::<Vec<_>>(), "certificate numbers have gaps or doubles");
    let count = |number: &AtomicU32| number.load(Ordering::Relaxed);
    let _ = writeln!(
        std::io::stderr(),
        "two replicas, {kills} kills: {} calls acknowledged, {} times a call was repeated, {} of them after a broken \
         connection or 503; {} requests, payments and certificates, none lost, none doubled, numbers 1 to {wanted} \
         without a gap",
        count(&counts.acknowledged),
        count(&counts.repeated),
        count(&counts.broken),
        summary.len(),
    );
}
