//! What the program can be told to do.

pub(crate) mod backup;
pub(crate) mod reports;
pub(crate) mod restore;
pub(crate) mod serve;
pub(crate) mod user;

use std::io::{IsTerminal as _, Write as _};

use anyhow::{Context as _, bail};
use tracing_subscriber::EnvFilter;

use crate::{options::Options, wiring};

/// Log lines go to standard error; `RUST_LOG` chooses which.
pub(crate) fn logging(json: bool) {
    let filter = EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).from_env_lossy();
    // What the database driver says of each statement is noise, and statements may hold personal data.
    let quiet = ["sqlx::query=warn", "sea_orm_migration=warn", "actix_server=warn"];
    let filter = quiet.iter().filter_map(|d| d.parse().ok()).fold(filter, EnvFilter::add_directive);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        lines.json().init();
    } else {
        lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).init();
    }
}

/// `medcert migrate`
pub(crate) async fn migrate(options: &Options) -> anyhow::Result<()> {
    let store = wiring::store(options).await?;
    store.migrate().await.context("the database could not be brought up to date")?;
    println!("The database is up to date.");
    Ok(())
}

/// `medcert openapi`
pub(crate) fn openapi(v3_0: bool) -> anyhow::Result<()> {
    let text = if v3_0 { medcert_api::openapi::text_3_0() } else { medcert_api::openapi::text() };
    std::io::stdout().write_all(text.as_bytes()).context("cannot write the document")
}

/// `medcert healthcheck`: for container health checks, where no other program is at hand.
pub(crate) async fn healthcheck(options: &Options) -> anyhow::Result<()> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut address = options.listen();
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let asked = async {
        let mut stream = tokio::net::TcpStream::connect(address).await?;
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(4096).read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = tokio::time::timeout(std::time::Duration::from_secs(3), asked).await;
    let answer =
        answer.context("no answer within 3 seconds")?.with_context(|| format!("cannot reach {address}"))?;
    if !answer.starts_with(b"HTTP/1.1 200") {
        bail!("{address} does not answer that it is alive");
    }
    Ok(())
}
