//! What docs/OPERATIONS.md says of commands and options is what the program says. `UPDATE_GOLDEN=1` writes it anew.

use std::{fmt::Write as _, fs, path::Path};

use clap::CommandFactory as _;

use crate::Program;

/// Holds the part of the manual between `<!-- name -->` and `<!-- /name -->` to this text.
fn hold(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/OPERATIONS.md");
    let page = fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
    let (before, rest) = page.split_once(&begin).expect("the beginning of the table");
    let (found, after) = rest.split_once(&end).expect("the end of the table");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, format!("{before}{begin}{expected}{end}{after}")).unwrap();
    } else {
        assert_eq!(
            found, expected,
            "the table {name} of docs/OPERATIONS.md is out of date: run `make golden`"
        );
    }
}

fn text(help: Option<&clap::builder::StyledStr>) -> String {
    help.map(ToString::to_string).unwrap_or_default().replace('|', "\\|").replace('\n', " ")
}

fn commands() -> String {
    let mut table = String::from("| command | what it does |\n|---|---|\n");
    for command in Program::command().get_subcommands() {
        let _ = writeln!(table, "| `medcert {}` | {} |", command.get_name(), text(command.get_about()));
    }
    table
}

fn options() -> String {
    let mut table =
        String::from("| variable | option and key of `medcert.toml` | what it is |\n|---|---|---|\n");
    let program = Program::command();
    let of_all = program.get_arguments().map(|option| (option, ""));
    let of_serve = program.find_subcommand("serve").unwrap().get_arguments();
    for (option, of) in of_all.chain(of_serve.map(|option| (option, " of `serve`"))) {
        let (Some(variable), Some(name)) = (option.get_env(), option.get_long()) else { continue };
        let key = match option.get_id().as_str() {
            "config" | "demo" => "—".to_owned(),
            key => format!("`{key}`"),
        };
        let (variable, what) = (variable.to_string_lossy(), text(option.get_help()));
        let _ = writeln!(table, "| `{variable}` | `--{name}`{of}, {key} | {what} |");
    }
    table
}

#[test]
fn the_manual_has_every_command_and_option() {
    hold("commands", &commands());
    hold("options", &options());
}
