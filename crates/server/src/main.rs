//! Medcert: one program that serves, migrates, seeds and administers an installation.

mod archive;
mod commands;
mod keys;
#[cfg(test)]
mod manual;
mod options;
mod seed;
mod wiring;

use clap::{Parser, Subcommand};

use crate::options::Options;

/// The platform for clinics that issue medical certificates.
#[derive(Debug, Parser)]
#[command(name = "medcert", version, propagate_version = true)]
struct Program {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers requests until it is told to stop
    Serve {
        /// Start with a small clinic to look around in; listens on loopback only
        #[arg(long, env = "MEDCERT_DEMO")]
        demo: bool,
    },
    /// Brings the database up to date
    Migrate,
    /// Writes everything that is stored into one file, while the server runs
    Backup(commands::backup::BackupOptions),
    /// Fills an empty installation with what `backup` wrote
    Restore(commands::restore::RestoreOptions),
    /// Fills the database with synthetic requests
    Seed(seed::SeedOptions),
    /// Looks after accounts
    User {
        #[command(subcommand)]
        command: commands::user::UserCommand,
    },
    /// Looks after what reports are read from
    Reports {
        #[command(subcommand)]
        command: commands::reports::ReportsCommand,
    },
    /// Prints the OpenAPI document
    Openapi {
        /// As OpenAPI 3.0 instead of 3.1
        #[arg(long)]
        v3_0: bool,
    },
    /// Asks a running server whether it is alive
    Healthcheck,
}

fn main() -> std::process::ExitCode {
    let program = Program::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("medcert: cannot start: {error}");
            return std::process::ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(program)) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("medcert: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(program: Program) -> anyhow::Result<()> {
    let options = program.options.with_file()?;
    commands::logging(options.log_json);
    match program.command {
        Command::Serve { demo } => commands::serve::serve(&options, demo).await,
        Command::Migrate => commands::migrate(&options).await,
        Command::Backup(backup) => commands::backup::backup(&options, &backup).await,
        Command::Restore(restore) => commands::restore::restore(&options, &restore).await,
        Command::Seed(seed) => seed::run(&options, &seed).await,
        Command::User { command } => commands::user::run(&options, command).await,
        Command::Reports { command } => commands::reports::run(&options, &command).await,
        Command::Openapi { v3_0 } => commands::openapi(v3_0),
        Command::Healthcheck => commands::healthcheck(&options).await,
    }
}
