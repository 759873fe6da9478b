//! `medcert serve`

use std::{net::TcpListener, sync::Arc};

use anyhow::{Context as _, bail};
use medcert_api::{Http, HttpOptions};
use medcert_application::{App, demo, upkeep};
use tokio::signal::unix::{SignalKind, signal};

use crate::{options::Options, wiring};

pub(crate) async fn serve(options: &Options, demo: bool) -> anyhow::Result<()> {
    let address = options.listen();
    if demo && !address.ip().is_loopback() {
        bail!("--demo has well-known passwords and so listens on loopback only, not on {address}");
    }
    let http =
        HttpOptions { rate_limit: options.rate_limit()?, workers: options.workers, ..HttpOptions::default() };
    // Bound before anything else, so that a second server on the same address does not touch the data.
    let listener = TcpListener::bind(address).with_context(|| in_use(address))?;
    let address = listener.local_addr().context("cannot tell the address listened on")?;
    let mut options = options.clone();
    options.listen = Some(address);
    let wired = wiring::wire(&options).await?;
    wired.store.migrate().await.context("the database could not be brought up to date")?;
    if demo {
        demo::install(&wired.app).await.context("the demonstration clinic could not be made")?;
    }
    let trail = write_trail(Arc::clone(&wired.app));
    let upkeep = keep_up(Arc::clone(&wired.app));
    let server =
        Http::new(Arc::clone(&wired.app), http).serve(listener).context("the server cannot start")?;
    // Listened for before anybody is told that the server is there, so that no signal is missed.
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for signals")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    announce(address, &options.public_url()?, demo);
    tracing::info!(listen = %address, "serving");
    let handle = server.handle();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping: requests under way may finish");
        handle.stop(true).await;
    });
    server.await.context("the server failed")?;
    upkeep.abort();
    wired.app.trail.stop();
    trail.await.context("the audit trail could not be written to its end")?;
    tracing::info!("stopped");
    Ok(())
}

fn in_use(address: std::net::SocketAddr) -> String {
    format!("cannot listen on {address} (is the address in use?)")
}

fn write_trail(app: Arc<App>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move { app.trail.keep_writing().await })
}

fn keep_up(app: Arc<App>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move { upkeep::keep(&app).await })
}

/// Tells a person at a terminal where to look.
fn announce(address: std::net::SocketAddr, public_url: &str, demo: bool) {
    println!("Medcert answers at http://{address}  (API documents at http://{address}/docs)");
    if public_url != format!("http://{address}") {
        println!("Certificates lead to {public_url}/v/…");
    }
    if demo {
        println!("\nAccounts of the demonstration, password {}:", demo::PASSWORD);
        for email in demo::emails() {
            println!("  {email}");
        }
        println!("\nCtrl-C stops it.");
    }
}
