//! `medcert seed`: synthetic requests in every stage. The same options give the same rows.

mod lifecycle;
mod names;
mod rng;

use std::sync::Arc;

use anyhow::{Context as _, bail};
use chrono::{DateTime, Datelike as _, Duration, NaiveDate, NaiveTime, Utc};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use medcert_application::{
    App, Conditions, IdempotencyKey, IfMatch,
    certification::Attempt,
    demo,
    input::Parsed,
    store::{Load, PageRequest, RequestFilter, StoreError},
};
use medcert_domain::certification::Stage;

use self::{lifecycle::Clinic, rng::SeedRng};
use crate::{options::Options, wiring};

/// What to fill the database with.
#[derive(Debug, Clone, Args)]
pub(crate) struct SeedOptions {
    /// How many requests
    #[arg(long)]
    requests: u32,
    /// Number from which chance is drawn
    #[arg(long)]
    seed: u64,
    /// Last day of the twelve months over which the requests are spread [default: today]
    #[arg(long)]
    until: Option<NaiveDate>,
    /// How many of them end with a certificate, really rendered; other closed requests end without
    #[arg(long, default_value_t = 100)]
    certificates: u32,
}

/// Requests kept in one transaction: enough that its end costs little, few enough that memory stays small.
const BATCH: u32 = 1000;

/// `medcert seed`
pub(crate) async fn run(options: &Options, seed: &SeedOptions) -> anyhow::Result<()> {
    let until = seed.until.unwrap_or_else(today);
    let end = until.and_time(NaiveTime::from_hms_opt(22, 0, 0).unwrap_or_default()).and_utc();
    let rng = Arc::new(SeedRng::new(seed.seed, end - Duration::days(366)));
    let wired = wiring::wire_with(options, Arc::clone(&rng) as _, Arc::clone(&rng) as _).await?;
    wired.store.migrate().await.context("the database could not be brought up to date")?;
    let app = &*wired.app;
    demo::install(app).await.context("the demonstration clinic could not be made")?;
    refuse_used(app).await?;
    let mut clinic = Clinic::load(app, &rng).await?;
    let certificates = seed.certificates.min(recent(app, seed.requests).await?);
    fill(app, &mut clinic, &rng, end, seed.requests, certificates).await?;
    rng.set(end);
    let issued = issue(app, &clinic, certificates).await?;
    settle(app).await?;
    println!(
        "{} requests over the twelve months to {until}, {issued} of them with a certificate.",
        seed.requests
    );
    Ok(())
}

/// Lives so many requests and stores them, the last of them ready to be issued.
async fn fill(
    app: &App,
    clinic: &mut Clinic<'_>,
    rng: &SeedRng,
    end: DateTime<Utc>,
    requests: u32,
    certificates: u32,
) -> anyhow::Result<()> {
    let bar = progress(u64::from(requests), "requests");
    let mut storing = None;
    let mut lived = 0;
    while lived < requests {
        let mut load = Load::default();
        let next = Ord::min(lived + BATCH, requests);
        for index in lived..next {
            rng.set(moment(end, index, requests));
            let ready = index >= requests - certificates;
            clinic.live(&mut load, end, ready).with_context(|| format!("request {index}"))?;
        }
        load.counters = clinic.counters();
        lived = next;
        // While the database stores these, the next ones are lived. One load at a time, since requests speak of
        // people of earlier ones.
        stored(storing.take(), &bar).await?;
        let store = Arc::clone(&app.parts.store);
        storing = Some(tokio::spawn(async move {
            let stored = u64::try_from(load.requests.len()).unwrap_or_default();
            store.load(&load).await.map(|()| stored)
        }));
    }
    stored(storing, &bar).await?;
    bar.finish();
    Ok(())
}

async fn stored(
    storing: Option<tokio::task::JoinHandle<Result<u64, StoreError>>>,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    if let Some(storing) = storing {
        bar.inc(storing.await??);
    }
    Ok(())
}

/// What follows from the rows: everything that is derived from them in other tables is made here, and then the
/// database is told what it holds.
async fn settle(app: &App) -> anyhow::Result<()> {
    medcert_application::reports::rebuild(app).await.context("the requests could not be counted")?;
    app.parts.store.settle().await.context("the database could not be told what it holds")
}

fn today() -> NaiveDate {
    use medcert_application::secrets::Clock as _;
    medcert_credentials::SystemClock.now().date_naive()
}

/// When the request of this index was registered: evenly spread, the last one an hour before the end.
fn moment(end: DateTime<Utc>, index: u32, all: u32) -> DateTime<Utc> {
    let year = Duration::days(365) - Duration::hours(1);
    let share = year.num_milliseconds() / i64::from(all.max(1)) * i64::from(index + 1);
    end - Duration::days(365) + Duration::milliseconds(share)
}

/// How many of so many requests are so young that their evaluation may still be issued at the end. Two days are left
/// for the way from registration to evaluation.
async fn recent(app: &App, requests: u32) -> anyhow::Result<u32> {
    let days = app.profile().await?.rules.evaluation_max_age_days.saturating_sub(2).min(180);
    Ok(u32::try_from(u64::from(requests) * u64::from(days) / 365)?)
}

fn progress(length: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} {msg}, {per_sec}, {eta} left");
    let bar = ProgressBar::new(length).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Numbers and documents are drawn without looking at what is there, so an installation in use is left alone.
async fn refuse_used(app: &App) -> anyhow::Result<()> {
    let page = PageRequest { limit: 1, after: None, with_total: false };
    let found = app.parts.store.requests(&RequestFilter::default(), &page).await?;
    if !found.items.is_empty() {
        bail!("this installation has requests already; seed an empty one");
    }
    Ok(())
}

/// Issues certificates for evaluated requests, the way a doctor does.
async fn issue(app: &App, clinic: &Clinic<'_>, wanted: u32) -> anyhow::Result<u32> {
    let bar = progress(u64::from(wanted), "certificates");
    let mut issued = 0;
    for (id, version) in clinic.ready() {
        let key = format!("seed-{}-{}", id.raw(), app.now().year());
        let key = IdempotencyKey { scope: "seed".to_owned(), key, fingerprint: [0; 32] };
        let conditions = Conditions { if_match: IfMatch::Version(*version), idempotency: Some(key) };
        let encode = |_: &medcert_application::certification::Detail| String::new();
        let attempt = Attempt { id: *id, conditions: &conditions, input: &Parsed(()), encode: &encode };
        let answer = medcert_application::certification::issue(app, clinic.doctor(), attempt).await?;
        if let medcert_application::certification::Answer::Done(detail) = answer
            && detail.request_aggregate.certification.stage == Stage::Closed
        {
            issued += 1;
        }
        bar.inc(1);
    }
    bar.finish();
    Ok(issued)
}
