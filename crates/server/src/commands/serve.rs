//! `medcert serve`

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use medcert_api::{Http, HttpOptions, imports};
use medcert_application::{App, demo, jobs, mail, upkeep};
use tokio::signal::unix::{SignalKind, signal};

use crate::{options::Options, wiring};

pub(crate) async fn serve(options: &Options, demo: bool) -> anyhow::Result<()> {
    let address = options.listen();
    if demo && !address.ip().is_loopback() {
        bail!("--demo has well-known passwords and so listens on loopback only, not on {address}");
    }
    let http = HttpOptions {
        rate_limit: options.rate_limit()?,
        trusted_proxies: options.trusted_proxies()?,
        workers: options.workers,
    };
    // Bound before anything else, so that a second server on the same address does not touch the data.
    let (listener, address) = bind(address)?;
    let numbers = options.metrics_listen.map(bind).transpose()?;
    let mut options = options.clone();
    options.listen = Some(address);
    options.demo = demo;
    let wired = wiring::wire(&options).await?;
    wired.store.migrate().await.context("the database could not be brought up to date")?;
    if demo {
        demo::install(&wired.app).await.context("the demonstration clinic could not be made")?;
    }
    let trail = write_trail(Arc::clone(&wired.app));
    let upkeep = keep_up(Arc::clone(&wired.app));
    let post = send_mail(Arc::clone(&wired.app));
    let http = Http::new(Arc::clone(&wired.app), http);
    let server = http.serve(listener).context("the server cannot start")?;
    // Listened for before anybody is told that the server is there, so that no signal is missed.
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for signals")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    announce(address, &options.public_url()?, demo);
    if let Some((listener, address)) = numbers {
        // Until the process ends: somebody may want to know what its last requests took.
        tokio::spawn(http.serve_metrics(listener).context("the numbers cannot be served")?);
        println!("Numbers for Prometheus at http://{address}/metrics");
    }
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
    let imports = imports();
    // On this task, beside the server: when that is told to stop, the worker finishes the line it is at.
    let answering = async {
        let end = server.await;
        wired.app.job_queue.close();
        end
    };
    let (end, ()) = tokio::join!(answering, jobs::keep_working(&wired.app, &imports));
    end.context("the server failed")?;
    upkeep.abort();
    // A mail that is being sent at this moment is tried again later, by whoever runs then.
    post.abort();
    wired.app.trail.stop();
    trail.await.context("the audit trail could not be written to its end")?;
    tracing::info!("stopped");
    Ok(())
}

fn bind(address: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address)
        .with_context(|| format!("cannot listen on {address} (is the address in use?)"))?;
    let address = listener.local_addr().context("cannot tell the address listened on")?;
    Ok((listener, address))
}

fn write_trail(app: Arc<App>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move { app.trail.keep_writing().await })
}

fn keep_up(app: Arc<App>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move { upkeep::keep(&app).await })
}

fn send_mail(app: Arc<App>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move { mail::keep_sending(&app).await })
}

/// Tells a person at a terminal where to look.
fn announce(address: SocketAddr, public_url: &str, demo: bool) {
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
