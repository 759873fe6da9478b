//! Golden files: what the docs show is what the code decides. `UPDATE_GOLDEN=1` writes them anew.

use std::{fs, path::PathBuf};

use crate::certification::policy::{markdown, mermaid};

fn docs(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

fn hold(name: &str, expected: &str) {
    let path = docs(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, expected).expect("the docs folder can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "docs/{name} differs from the policy: run the tests with UPDATE_GOLDEN=1");
}

#[test]
fn the_matrix_of_the_docs_is_the_policy() {
    hold("policy-matrix.md", &markdown());
}

#[test]
fn the_diagram_of_the_docs_is_the_policy() {
    let page = format!(
        "# Stages of a certification request\n\n\
         Drawn from the table of moves. Each arrow is named after the actions that can bring a request from one\n\
         stage to the other; what leaves the stage as it is has no arrow.\n\n\
         ```mermaid\n{}```\n",
        mermaid()
    );
    hold("certification-states.md", &page);
}
