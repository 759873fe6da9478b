//! What docker-compose.yml starts, started outside a container: the same command with the same variables, on a real
//! PostgreSQL and a real S3 server.

use std::{collections::BTreeMap, path::Path, process::Command};

use medcert_testkit::Database;

use crate::{
    process::{Server, output_text},
    s3_server,
};

/// The variables of Medcert's service as the file names them, with their unexpanded values.
fn variables() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docker-compose.yml");
    let text = std::fs::read_to_string(path).unwrap();
    let service = text.split_once("\n  medcert:\n").expect("a service medcert").1;
    let environment = service.split_once("    environment:\n").expect("its environment").1;
    let lines = environment.lines().take_while(|line| line.starts_with("      "));
    lines
        .map(|line| line.trim().split_once(": ").unwrap())
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_composed_command_serves_on_postgresql_and_s3() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let database = Database::Postgres.fresh(2).await;
    std::fs::create_dir_all(here.join("s3/medcert")).unwrap();
    let (endpoint, keys) = s3_server::start(&here.join("s3")).await;
    std::fs::write(here.join("access.pem"), medcert_credentials::generate_signing_key()).unwrap();
    std::fs::write(here.join("secret.hex"), "ab".repeat(32) + "\n").unwrap();
    let path = |name: &str| here.join(name).display().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_medcert"));
    command.env_clear().current_dir(here).arg("serve");
    for (name, value) in variables() {
        let value = match name.as_str() {
            "MEDCERT_PUBLIC_URL" => "https://certificates.clinic.example".to_owned(),
            "MEDCERT_DATABASE_URL" => database.url().to_owned(),
            "MEDCERT_OBJECTS_URL" => value.replace("http://s3:8333", &endpoint),
            "MEDCERT_S3_ACCESS_KEY_ID" => keys.access_key_id.to_owned(),
            "MEDCERT_S3_SECRET_ACCESS_KEY" => keys.secret_access_key.to_owned(),
            "MEDCERT_ACCESS_KEY_FILE" => path("access.pem"),
            "MEDCERT_SECRET_KEY_FILE" => path("secret.hex"),
            "MEDCERT_LISTEN" => "127.0.0.1:0".to_owned(),
            "MEDCERT_DATA_DIR" => path("data"),
            other => panic!("docker-compose.yml sets {other}, which this test does not know"),
        };
        command.env(name, value);
    }
    // The public address is another one, so the server is found by what it says it listens on.
    let server = Server::started(&mut command);
    let ready = reqwest::get(format!("http://{}/readyz", server.address)).await.unwrap();
    assert_eq!(ready.status(), 200, "{}", ready.text().await.unwrap());
    let healthy = Command::new(env!("CARGO_BIN_EXE_medcert"))
        .env_clear()
        .env("MEDCERT_LISTEN", &server.address)
        .arg("healthcheck")
        .output()
        .unwrap();
    assert!(healthy.status.success(), "{}", output_text(&healthy));
    assert!(server.stop());
}
