//! The server's own keys: read from files, or made in the data folder on the first start of the embedded default.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};

use crate::options::Options;

/// Keys in use.
pub(crate) struct Keys {
    /// PEM keys for access tokens; the first signs.
    pub access: Vec<String>,
    /// Key from which refresh tokens and cursors are derived.
    pub secret: [u8; 32],
}

/// Reads the keys; makes them where the embedded default allows.
pub(crate) fn load(options: &Options, data_dir: &Path) -> anyhow::Result<Keys> {
    let access = file(
        options,
        options.access_key_file.as_ref(),
        data_dir,
        "access-key.pem",
        "MEDCERT_ACCESS_KEY_FILE",
        medcert_credentials::generate_signing_key,
    )?;
    let secret = file(
        options,
        options.secret_key_file.as_ref(),
        data_dir,
        "secret-key.hex",
        "MEDCERT_SECRET_KEY_FILE",
        || {
            let mut bytes = [0_u8; 32];
            // Without randomness of the operating system nothing here can be secret.
            match getrandom::fill(&mut bytes) {
                Ok(()) => hex::encode(bytes),
                Err(_) => String::new(),
            }
        },
    )?;
    let access: Vec<String> = pem_blocks(&access);
    ensure!(!access.is_empty(), "the access key file holds no PEM key");
    Ok(Keys { access, secret: unhex(secret.trim())? })
}

fn file(
    options: &Options,
    given: Option<&PathBuf>,
    data_dir: &Path,
    name: &str,
    variable: &str,
    make: impl FnOnce() -> String,
) -> anyhow::Result<String> {
    if let Some(path) = given {
        return std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {variable}={}", path.display()));
    }
    if !options.embedded() {
        bail!("{variable} is missing: outside the embedded default Medcert makes no keys of its own");
    }
    let path = data_dir.join("keys").join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let text = make();
            write_private(&path, &text).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(text)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Writes a file that only its owner can read, whole or not at all.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    if let Some(folder) = path.parent() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let draft = path.with_extension("new");
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(draft, path)
}

fn pem_blocks(text: &str) -> Vec<String> {
    const END: &str = "-----END PRIVATE KEY-----";
    text.split_inclusive(END)
        .filter(|block| block.contains(END))
        .map(|block| format!("{}\n", block.trim()))
        .collect()
}

fn unhex(text: &str) -> anyhow::Result<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    hex::decode_to_slice(text, &mut bytes)
        .context("the secret key file must hold 32 bytes in hexadecimal")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_only_for_their_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let options = Options::default();
        let first = load(&options, folder.path()).unwrap();
        let second = load(&options, folder.path()).unwrap();
        assert_eq!((first.access, first.secret), (second.access, second.secret));
        for name in ["access-key.pem", "secret-key.hex"] {
            let mode = std::fs::metadata(folder.path().join("keys").join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn outside_the_embedded_default_missing_keys_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { database_url: Some("postgres://x".into()), ..Options::default() };
        let error = load(&options, folder.path()).err().unwrap().to_string();
        assert!(error.contains("MEDCERT_ACCESS_KEY_FILE"), "{error}");
    }
}
