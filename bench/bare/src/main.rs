//! A bare server: the statements of Medcert's list and detail, their rows as JSON, and nothing else. No login, no
//! audit trail, no domain, no log. Medcert's rate as a share of this one's tells what all of that costs.

mod engine;
mod row;

use std::{collections::BTreeSet, net::SocketAddr};

use actix_web::{
    App, HttpResponse, HttpServer,
    error::{ErrorInternalServerError, ErrorNotFound},
    web,
};
use anyhow::Context as _;
use clap::Parser;
use medcert_persistence::{
    Engine,
    statements::{self, Children, Statement},
};
use serde::Serialize;
use sqlx::{PgPool, SqlitePool};
use uuid::Uuid;

use crate::{
    engine::Run,
    row::{Cells, Rows},
};

/// What to run.
#[derive(Debug, Parser)]
struct Options {
    /// Address to listen on
    #[arg(long)]
    listen: SocketAddr,
    /// `sqlite:///absolute/path` or `postgres://…`
    #[arg(long, env = "BENCH_DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// Threads that answer, as `medcert serve` has them [default: one for each processor]
    #[arg(long)]
    workers: Option<usize>,
    /// Connections that read, as `medcert serve` has them
    #[arg(long, default_value_t = 10)]
    connections: u32,
}

/// Rows of a list when nothing is said: one more is read, which tells whether there is another page.
const LIMIT: u64 = 20;

/// The statements, written once.
struct Texts {
    engine: Engine,
    list: Statement,
    request: Statement,
    children: Vec<Children>,
}

impl Texts {
    fn of(engine: Engine) -> anyhow::Result<Self> {
        Ok(Self {
            engine,
            list: statements::list(engine, LIMIT)?,
            request: statements::request(engine, Uuid::nil())?,
            children: statements::children(engine, Uuid::nil())?,
        })
    }
}

/// Everything that one detail is made of.
#[derive(Serialize)]
#[serde(bound = "")]
struct Detail<'r, R: Cells> {
    request: Rows<'r, R>,
    children: Vec<(&'static str, Rows<'r, R>)>,
    names: Rows<'r, R>,
}

async fn list<P: Run>(pool: web::Data<P>, texts: web::Data<Texts>) -> actix_web::Result<HttpResponse> {
    let rows = pool.run(&texts.list, Uuid::nil()).await.map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(Rows(&rows)))
}

async fn detail<P: Run>(
    pool: web::Data<P>,
    texts: web::Data<Texts>,
    id: web::Path<Uuid>,
) -> actix_web::Result<HttpResponse> {
    let request = pool.run(&texts.request, *id).await.map_err(ErrorInternalServerError)?;
    let first = request.first().ok_or_else(|| ErrorNotFound("no such request"))?;
    let mut children = Vec::new();
    for Children { has, of, statement } in &texts.children {
        if let Some(parent) = first.id(of).filter(|_| first.flag(has)) {
            children.push((*has, pool.run(statement, parent).await.map_err(ErrorInternalServerError)?));
        }
    }
    let (accounts, staff) = mentioned(first, &children);
    let names = statements::names(texts.engine, &accounts, &staff).map_err(ErrorInternalServerError)?;
    let names = match &names {
        Some(statement) => pool.run(statement, *id).await.map_err(ErrorInternalServerError)?,
        None => vec![],
    };
    let children = children.iter().map(|(has, rows)| (*has, Rows(rows))).collect();
    Ok(HttpResponse::Ok().json(Detail { request: Rows(&request), children, names: Rows(&names) }))
}

/// Accounts and staff whose names no row tells, as Medcert's detail asks for them.
fn mentioned<R: Cells>(request: &R, children: &[(&'static str, Vec<R>)]) -> (BTreeSet<Uuid>, BTreeSet<Uuid>) {
    let mut known: BTreeSet<Uuid> = ["request__registered_by", "request__operator_id"]
        .iter()
        .filter_map(|name| request.id(name))
        .collect();
    let mut accounts: BTreeSet<Uuid> = request.id("request__ended_by").into_iter().collect();
    let mut staff = BTreeSet::new();
    for (has, rows) in children {
        for row in rows {
            if *has == "has_assignments" {
                known
                    .extend(["child__staff_id", "child__assigned_by"].iter().filter_map(|name| row.id(name)));
                continue;
            }
            let by: &[&str] = match *has {
                "has_payments" => &["child__registered_by", "child__validated_by", "child__voided_by"],
                "has_refunds" => &["child__made_by"],
                "has_evaluations" => &["child__recorded_by"],
                "has_files" => &["child__uploaded_by"],
                _ => &["child__issued_by"],
            };
            accounts.extend(by.iter().filter_map(|name| row.id(name)));
            if matches!(*has, "has_evaluations" | "has_certificates") {
                staff.extend(row.id("child__doctor_id"));
            }
        }
    }
    accounts.retain(|id| !known.contains(id));
    staff.retain(|id| !known.contains(id));
    (accounts, staff)
}

async fn serve<P: Run>(options: &Options, engine: Engine, pool: P) -> anyhow::Result<()> {
    let pool = web::Data::new(pool);
    let texts = web::Data::new(Texts::of(engine)?);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(pool.clone())
            .app_data(texts.clone())
            .route("/list", web::get().to(list::<P>))
            .route("/detail/{id}", web::get().to(detail::<P>))
    });
    let server = match options.workers {
        Some(workers) => server.workers(workers),
        None => server,
    };
    server.bind(options.listen).context("cannot listen")?.run().await.context("the server failed")
}

/// The runtime is made as `medcert` makes it: actix brings its own threads, the pools use this one's.
fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let runtime = tokio_runtime()?;
    runtime.block_on(async {
        if options.database_url.starts_with("sqlite:") {
            let pool: SqlitePool = engine::sqlite(&options.database_url, options.connections)?;
            serve(&options, Engine::Sqlite, pool).await
        } else {
            let pool: PgPool = engine::postgres(&options.database_url, options.connections).await?;
            serve(&options, Engine::Postgres, pool).await
        }
    })
}

fn tokio_runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")
}
