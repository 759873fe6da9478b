//! `medcert user …`

use std::{
    collections::BTreeSet,
    io::{IsTerminal as _, Read as _},
};

use anyhow::{Context as _, bail, ensure};
use clap::Subcommand;
use medcert_application::{
    Error,
    identity::{FirstUser, users},
};
use medcert_domain::{Locale, policy::Role};

use crate::{options::Options, wiring};

/// What can be done to accounts from the command line.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Makes an account; the password is asked for, or read from standard input
    Create {
        /// E-mail address
        #[arg(long)]
        email: String,
        /// Given names
        #[arg(long)]
        given_names: String,
        /// Family names
        #[arg(long)]
        family_names: String,
        /// Roles: ADMIN, OPERATOR, MANAGER, DOCTOR, AUDITOR
        #[arg(long = "role", value_delimiter = ',', required_unless_present = "first_admin")]
        roles: Vec<String>,
        /// An administrator, only when the installation has no account yet
        #[arg(long, conflicts_with = "roles")]
        first_admin: bool,
        /// Language: en, es, pt or uk
        #[arg(long, default_value = "en")]
        locale: String,
    },
    /// Gives an account a new password, printed this once and to be changed at the next login; all its sessions end
    ResetPassword {
        /// E-mail address
        #[arg(long)]
        email: String,
    },
}

pub(crate) async fn run(options: &Options, command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Create { email, given_names, family_names, roles, first_admin, locale } => {
            let new = New { email, given_names, family_names, roles, first_admin, locale };
            create(options, new).await
        }
        UserCommand::ResetPassword { email } => reset_password(options, &email).await,
    }
}

/// What is said of a new account.
struct New {
    email: String,
    given_names: String,
    family_names: String,
    roles: Vec<String>,
    first_admin: bool,
    locale: String,
}

async fn reset_password(options: &Options, email: &str) -> anyhow::Result<()> {
    let wired = wiring::wire(options).await?;
    wired.store.migrate().await.context("the database could not be brought up to date")?;
    match users::reset_password_of(&wired.app, email).await {
        // Alone on its line, so that a script can read it.
        Ok(password) => {
            println!("{password}");
            Ok(())
        }
        Err(Error::NotFound(_)) => bail!("no account has this e-mail address"),
        Err(error) => Err(error.into()),
    }
}

async fn create(options: &Options, new: New) -> anyhow::Result<()> {
    let New { email, given_names, family_names, roles, first_admin, locale } = new;
    let locale = Locale::parse(&locale).context("--locale must be en, es, pt or uk")?;
    let roles: BTreeSet<Role> = if first_admin {
        BTreeSet::from([Role::Admin])
    } else {
        let parse = |code: &String| Role::parse(code).with_context(|| format!("{code} is no role"));
        roles.iter().map(parse).collect::<Result<_, _>>()?
    };
    let wired = wiring::wire(options).await?;
    wired.store.migrate().await.context("the database could not be brought up to date")?;
    let password = password()?;
    let new = FirstUser {
        email: email.clone(),
        password,
        given_names,
        family_names,
        roles,
        grants: vec![],
        locale,
        only_first: first_admin,
    };
    match medcert_application::identity::create_user(&wired.app, new).await {
        Ok(id) => {
            println!("Account {} made: {id}", email.trim().to_lowercase());
            Ok(())
        }
        Err(Error::Invalid(invalid)) => {
            let faults: Vec<String> = invalid
                .faults
                .iter()
                .map(|f| format!("{} {}", f.pointer.trim_start_matches('/'), f.message))
                .collect();
            bail!("{}", faults.join("; "))
        }
        Err(error) => Err(error.into()),
    }
}

/// From a prompt, twice, or from standard input, once: never from an argument, where others could read it.
fn password() -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        let mut text = String::new();
        std::io::stdin().take(1024).read_to_string(&mut text).context("cannot read the password")?;
        return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
    }
    let first = rpassword::prompt_password("Password: ").context("cannot read the password")?;
    let second = rpassword::prompt_password("Once more: ").context("cannot read the password")?;
    ensure!(first == second, "the two passwords differ");
    Ok(first)
}
