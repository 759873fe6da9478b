//! `medcert reports …`

use anyhow::Context as _;
use clap::Subcommand;

use crate::{options::Options, wiring};

/// What can be done to reports from the command line.
#[derive(Debug, Subcommand)]
pub(crate) enum ReportsCommand {
    /// Counts all requests anew; reports go on being answered meanwhile
    Rebuild,
}

pub(crate) async fn run(options: &Options, command: &ReportsCommand) -> anyhow::Result<()> {
    let ReportsCommand::Rebuild = command;
    let wired = wiring::wire(options).await?;
    wired.store.migrate().await.context("the database could not be brought up to date")?;
    medcert_application::reports::rebuild(&wired.app).await.context("the requests could not be counted")?;
    println!("The requests are counted.");
    Ok(())
}
