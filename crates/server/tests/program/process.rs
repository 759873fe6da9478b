//! The program as a process.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
};

pub(crate) fn medcert(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_medcert"));
    // Nothing of the tester's own surroundings decides what the program does.
    command.env_clear().current_dir(folder).arg("--data-dir").arg(folder.join("data"));
    command
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    medcert(folder).args(arguments).output().expect("the program starts")
}

pub(crate) fn run_with(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = medcert(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("an input").write_all(input.as_bytes()).expect("it listens");
    child.wait_with_output().expect("it ends")
}

pub(crate) fn output_text(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

pub(crate) fn refused(output: &Output, words: &str) {
    let output_text = output_text(output);
    assert!(!output.status.success(), "{output_text}");
    assert!(output_text.contains(words), "{output_text}");
    assert!(!output_text.contains("panicked"), "{output_text}");
}

/// A server started on a free port; the address is what it announces.
pub(crate) struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
    pub(crate) address: String,
}

impl Server {
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::started(medcert(folder).args(["serve", "--listen", "127.0.0.1:0"]).args(arguments))
    }

    /// Starts what is to serve.
    pub(crate) fn started(command: &mut Command) -> Self {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts");
        let output = BufReader::new(child.stdout.take().expect("an output"));
        let mut server = Self { child, output, address: String::new() };
        let line = server.line();
        let address = line.split_whitespace().find_map(|word| word.strip_prefix("http://"));
        address.unwrap_or_else(|| panic!("no address in {line:?}")).clone_into(&mut server.address);
        server
    }

    /// The next line that it says.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it speaks");
        line
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it is there");
        self.child.wait().expect("it ends");
    }

    /// Asks it to stop as a service manager does, and tells whether it ended well.
    pub(crate) fn stop(mut self) -> bool {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill is there").success());
        self.child.wait().expect("it ends").success()
    }
}

impl Drop for Server {
    /// A test that fails leaves no server behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
