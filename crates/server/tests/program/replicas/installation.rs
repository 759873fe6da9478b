//! Starting it all.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use medcert_application::secrets::Ids as _;
use medcert_testkit::{Database, TestDatabase};

use crate::{
    process::{Server, output_text},
    s3_server,
};

/// The name in the certificate, as the configuration has it.
const NAME: &str = "certificates.clinic.example";

/// Two replicas behind a proxy.
pub(crate) struct Installation {
    folder: tempfile::TempDir,
    database: TestDatabase,
    objects: String,
    s3: s3_server::Keys,
    /// Where each replica listens.
    pub(crate) addresses: [String; 2],
    replicas: [Option<Server>; 2],
    /// Where the proxy answers without TLS, such as `http://127.0.0.1:20123`.
    pub(crate) url: String,
    tls: u16,
    redirecting: u16,
}

impl Installation {
    /// Starts database, storage, replicas and proxy; the clinic is that of the demonstration.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        // The proxy's workers are nobody when it is started by root.
        std::fs::set_permissions(here, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        std::fs::create_dir_all(here.join("s3/medcert")).unwrap();
        let (endpoint, s3) = s3_server::start(&here.join("s3")).await;
        std::fs::write(here.join("access.pem"), medcert_credentials::generate_signing_key()).unwrap();
        std::fs::write(here.join("secret.hex"), "cd".repeat(32)).unwrap();
        let [one, other, plain, tls, redirecting] = free_ports();
        let mut installation = Self {
            database: Database::Postgres.fresh(2).await,
            objects: format!("s3://medcert?endpoint={endpoint}&region=us-east-1"),
            s3,
            addresses: [one, other].map(|port| format!("127.0.0.1:{port}")),
            replicas: [None, None],
            url: format!("http://127.0.0.1:{plain}"),
            tls,
            redirecting,
            folder,
        };
        // One after the other: the first one makes the demonstration clinic.
        installation.run(0);
        installation.run(1);
        installation.start_proxy(plain);
        installation
    }

    /// Starts a replica.
    pub(crate) fn run(&mut self, replica: usize) {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_medcert"));
        command.env_clear().current_dir(self.folder.path());
        command.args(["serve", "--demo", "--listen", &self.addresses[replica]]);
        command.args(["--database-url", self.database.url(), "--objects-url", &self.objects]);
        command.args(["--s3-access-key-id", self.s3.access_key_id]);
        command.args(["--s3-secret-access-key", self.s3.secret_access_key]);
        command.args(["--access-key-file", &path("access.pem"), "--secret-key-file", &path("secret.hex")]);
        command.args(["--data-dir", &path("data"), "--public-url", &format!("https://{NAME}")]);
        command.args(["--trusted-proxies", "127.0.0.1", "--rate-limit", "off", "--workers", "2"]);
        self.replicas[replica] = Some(Server::started(&mut command));
    }

    /// Ends a replica as a power cut does.
    pub(crate) fn kill(&mut self, replica: usize) {
        self.replicas[replica].take().expect("it runs").kill();
    }

    /// Asks the proxy over TLS with the system's own client; gives version of HTTP and status.
    pub(crate) fn over_tls(&self, path: &str) -> String {
        let resolve = format!("{NAME}:{}:127.0.0.1", self.tls);
        let authority = self.folder.path().join("fullchain.pem").display().to_string();
        let url = format!("https://{NAME}:{}{path}", self.tls);
        let tell = "%{http_version} %{http_code}";
        let output = done(Command::new("curl").args([
            "--silent",
            "--http2",
            "--cacert",
            &authority,
            "--resolve",
            &resolve,
            "--output",
            "/dev/null",
            "--write-out",
            tell,
            &url,
        ]));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Asks the proxy where it only redirects; gives status and where to.
    pub(crate) fn without_tls(&self, path: &str) -> String {
        let url = format!("http://127.0.0.1:{}{path}", self.redirecting);
        let tell = "%{http_code} %{redirect_url}";
        let host = format!("Host: {NAME}");
        let output = done(Command::new("curl").args([
            "--silent",
            "--header",
            &host,
            "--output",
            "/dev/null",
            "--write-out",
            tell,
            &url,
        ]));
        String::from_utf8(output.stdout).unwrap()
    }

    fn start_proxy(&self, plain: u16) {
        let here = self.folder.path();
        let path = |name: &str| here.join(name).display().to_string();
        let subject = format!("subjectAltName=DNS:{NAME}");
        done(Command::new("openssl").args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            &format!("/CN={NAME}"),
            "-addext",
            &subject,
            "-keyout",
            &path("privkey.pem"),
            "-out",
            &path("fullchain.pem"),
        ]));
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/nginx/medcert.conf");
        let mut site = std::fs::read_to_string(file).unwrap();
        for (from, to) in [
            ("10.0.0.11:8080", self.addresses[0].clone()),
            ("10.0.0.12:8080", self.addresses[1].clone()),
            ("listen 80;", format!("listen 127.0.0.1:{};", self.redirecting)),
            ("    listen [::]:80;\n", String::new()),
            (
                "listen 443 ssl http2;",
                format!("listen 127.0.0.1:{} ssl http2;\n    listen 127.0.0.1:{plain};", self.tls),
            ),
            ("    listen [::]:443 ssl http2;\n", String::new()),
            ("/etc/nginx/tls", here.display().to_string()),
        ] {
            assert_eq!(site.matches(from).count(), if from == "/etc/nginx/tls" { 2 } else { 1 }, "{from}");
            site = site.replace(from, &to);
        }
        std::fs::write(here.join("site.conf"), site).unwrap();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("    {kind}_temp_path {};\n", path(kind)))
            .concat();
        let (pid, log, site) = (path("nginx.pid"), path("nginx.log"), path("site.conf"));
        let main = format!(
            "worker_processes 2;\npid {pid};\nerror_log {log} warn;\nevents {{ worker_connections 1024; }}\n\
             http {{\n    access_log off;\n{temporary}    include {site};\n}}\n"
        );
        std::fs::write(here.join("nginx.conf"), main).unwrap();
        // It goes into the background once it listens.
        done(Command::new(nginx()).args(["-p", &path(""), "-c", &path("nginx.conf")]));
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        if let Ok(pid) = std::fs::read_to_string(self.folder.path().join("nginx.pid")) {
            let _ = Command::new("kill").args(["-TERM", pid.trim()]).status();
        }
    }
}

fn done(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| {
        panic!(
            "{}: {error}; run the tests with `make test`, which installs it",
            command.get_program().display()
        )
    });
    assert!(output.status.success(), "{}: {}", command.get_program().display(), output_text(&output));
    output
}

/// Debian keeps it where an ordinary user does not look.
fn nginx() -> PathBuf {
    let place = Path::new("/usr/sbin/nginx");
    if place.exists() { place.into() } else { "nginx".into() }
}

/// Ports that nobody listens on, below those that clients are given.
fn free_ports<const N: usize>() -> [u16; N] {
    let mut held = Vec::new();
    while held.len() < N {
        let chance =
            u16::from_be_bytes(medcert_credentials::SystemIds.uuid().as_bytes()[14..].try_into().unwrap());
        held.extend(TcpListener::bind(("127.0.0.1", 20_000 + chance % 12_000)));
    }
    let ports: Vec<u16> = held.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
    ports.try_into().unwrap()
}
