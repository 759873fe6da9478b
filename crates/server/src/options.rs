//! Configuration: options of the command line, environment variables and `medcert.toml`, in this order.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    path::PathBuf,
};

use anyhow::{Context as _, bail};
use clap::Args;
use ipnet::IpNet;
use medcert_domain::files::{FileKind, FileLimits};
use serde::Deserialize;

/// Where everything is and how it is reached. Each may be an option, `MEDCERT_<OPTION>`, or a key of `medcert.toml`.
#[derive(Debug, Default, Clone, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Options {
    /// Whether this is a demonstration: said by the command, not configured.
    #[arg(skip)]
    #[serde(skip)]
    pub demo: bool,

    /// Configuration file [default: medcert.toml in the current folder, when there is one]
    #[arg(long, env = "MEDCERT_CONFIG", global = true)]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "MEDCERT_LISTEN", global = true)]
    pub listen: Option<SocketAddr>,

    /// Address on which /metrics, and nothing else, answers everybody who reaches it [default: none; /metrics answers
    /// programs on the same machine]
    #[arg(long, env = "MEDCERT_METRICS_LISTEN", global = true)]
    pub metrics_listen: Option<SocketAddr>,

    /// Addresses or networks of the proxies in front, whose X-Forwarded-For is believed
    #[arg(long, env = "MEDCERT_TRUSTED_PROXIES", value_delimiter = ',', global = true)]
    pub trusted_proxies: Vec<String>,

    /// Folder for the embedded database, files and keys [default: ./data]
    #[arg(long, env = "MEDCERT_DATA_DIR", global = true)]
    pub data_dir: Option<PathBuf>,

    /// sqlite://…, postgres://… or mysql://… [default: medcert.db in the data folder]
    #[arg(long, env = "MEDCERT_DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,

    /// Connections to the database at the most [default: 10]
    #[arg(long, env = "MEDCERT_DATABASE_CONNECTIONS", global = true)]
    pub database_connections: Option<u32>,

    /// file:///… or `s3://bucket?endpoint=…&region=…` [default: objects in the data folder]
    #[arg(long, env = "MEDCERT_OBJECTS_URL", global = true)]
    pub objects_url: Option<String>,

    /// Bytes of a file at the most, for all kinds or as KIND=BYTES, separated by commas [default: 10485760]. No scanner
    /// for malware is built in: files of the known formats are accepted as they are
    #[arg(long, env = "MEDCERT_FILE_LIMITS", value_delimiter = ',', global = true)]
    pub file_limits: Vec<String>,

    /// Access key id for S3
    #[arg(long, env = "MEDCERT_S3_ACCESS_KEY_ID", hide_env_values = true, global = true)]
    pub s3_access_key_id: Option<String>,

    /// Secret access key for S3
    #[arg(long, env = "MEDCERT_S3_SECRET_ACCESS_KEY", hide_env_values = true, global = true)]
    pub s3_secret_access_key: Option<String>,

    /// Address under which the outside world reaches this installation; printed on certificates
    #[arg(long, env = "MEDCERT_PUBLIC_URL", global = true)]
    pub public_url: Option<String>,

    /// PEM file with the ES256 key for access tokens; further keys in it are still accepted
    #[arg(long, env = "MEDCERT_ACCESS_KEY_FILE", global = true)]
    pub access_key_file: Option<PathBuf>,

    /// File with 32 bytes in hexadecimal, from which refresh tokens and cursors are derived
    #[arg(long, env = "MEDCERT_SECRET_KEY_FILE", global = true)]
    pub secret_key_file: Option<PathBuf>,

    /// Further fonts for certificates, tried in this order for what the built-in font lacks
    #[arg(long, env = "MEDCERT_FONTS", value_delimiter = ',', global = true)]
    pub fonts: Vec<PathBuf>,

    /// Mail server: smtp://host, with ?tls=required or ?tls=opportunistic, or smtps://host; without it no mail is sent
    #[arg(long, env = "MEDCERT_SMTP_URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<String>,

    /// PEM file with further certificates to trust when speaking to the mail server
    #[arg(long, env = "MEDCERT_SMTP_CA_FILE", global = true)]
    pub smtp_ca_file: Option<PathBuf>,

    /// Sender of mails, such as `Clinic <no-reply@clinic.example>`; goes together with the mail server
    #[arg(long, env = "MEDCERT_MAIL_FROM", global = true)]
    pub mail_from: Option<String>,

    /// Requests a second for each caller, or `off` [default: 100]
    #[arg(long, env = "MEDCERT_RATE_LIMIT", global = true)]
    pub rate_limit: Option<String>,

    /// Threads that answer requests [default: one for each processor]
    #[arg(long, env = "MEDCERT_WORKERS", global = true)]
    pub workers: Option<usize>,

    /// Log lines as JSON objects
    #[arg(long, env = "MEDCERT_LOG_JSON", global = true)]
    pub log_json: bool,
}

/// Name of the configuration file that is read when it is there.
const FILE: &str = "medcert.toml";

impl Options {
    /// Fills what was not given from the configuration file.
    pub(crate) fn with_file(self) -> anyhow::Result<Self> {
        let path = self.config.clone().unwrap_or_else(|| FILE.into());
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && self.config.is_none() => {
                return Ok(self);
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let file: Self = toml::from_str(&text).with_context(|| format!("{} is not right", path.display()))?;
        Ok(Self {
            demo: self.demo,
            config: self.config,
            listen: self.listen.or(file.listen),
            metrics_listen: self.metrics_listen.or(file.metrics_listen),
            trusted_proxies: if self.trusted_proxies.is_empty() {
                file.trusted_proxies
            } else {
                self.trusted_proxies
            },
            data_dir: self.data_dir.or(file.data_dir),
            database_url: self.database_url.or(file.database_url),
            database_connections: self.database_connections.or(file.database_connections),
            objects_url: self.objects_url.or(file.objects_url),
            file_limits: if self.file_limits.is_empty() { file.file_limits } else { self.file_limits },
            s3_access_key_id: self.s3_access_key_id.or(file.s3_access_key_id),
            s3_secret_access_key: self.s3_secret_access_key.or(file.s3_secret_access_key),
            public_url: self.public_url.or(file.public_url),
            access_key_file: self.access_key_file.or(file.access_key_file),
            secret_key_file: self.secret_key_file.or(file.secret_key_file),
            fonts: if self.fonts.is_empty() { file.fonts } else { self.fonts },
            smtp_url: self.smtp_url.or(file.smtp_url),
            smtp_ca_file: self.smtp_ca_file.or(file.smtp_ca_file),
            mail_from: self.mail_from.or(file.mail_from),
            rate_limit: self.rate_limit.or(file.rate_limit),
            workers: self.workers.or(file.workers),
            log_json: self.log_json || file.log_json,
        })
    }

    /// Where to listen.
    pub(crate) fn listen(&self) -> SocketAddr {
        self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)))
    }

    /// The networks of the proxies in front.
    pub(crate) fn trusted_proxies(&self) -> anyhow::Result<Vec<IpNet>> {
        let network = |text: &String| {
            let text = text.trim();
            let parsed = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            parsed.with_context(|| {
                format!(
                    "MEDCERT_TRUSTED_PROXIES: {text} is neither an address nor a network such as 10.0.0.0/8"
                )
            })
        };
        self.trusted_proxies.iter().map(network).collect()
    }

    /// The data folder, absolute.
    pub(crate) fn data_dir(&self) -> anyhow::Result<PathBuf> {
        let folder = self.data_dir.clone().unwrap_or_else(|| "data".into());
        std::path::absolute(&folder).with_context(|| format!("{} is no folder", folder.display()))
    }

    /// Whether both the database and the objects live in the data folder.
    pub(crate) fn embedded(&self) -> bool {
        let sqlite = self.database_url.as_deref().is_none_or(|url| url.starts_with("sqlite:"));
        let folder =
            self.objects_url.as_deref().is_none_or(|url| url.starts_with("file:") || url == "memory:");
        sqlite && folder
    }

    /// The rate limit; `None` when it is off.
    pub(crate) fn rate_limit(&self) -> anyhow::Result<Option<NonZeroU32>> {
        match self.rate_limit.as_deref() {
            None => Ok(NonZeroU32::new(100)),
            Some("off") => Ok(None),
            Some(text) => match text.parse() {
                Ok(limit) => Ok(Some(limit)),
                Err(_) => bail!("MEDCERT_RATE_LIMIT must be a whole number of requests a second, or off"),
            },
        }
    }

    /// How large files may be.
    pub(crate) fn file_limits(&self) -> anyhow::Result<FileLimits> {
        let mut limits = FileLimits::default();
        for text in self.file_limits.iter().map(|text| text.trim()) {
            let (kinds, bytes) = match text.split_once('=') {
                None => (FileKind::ALL.to_vec(), text),
                Some((kind, bytes)) => (FileKind::parse(kind.trim()).into_iter().collect(), bytes.trim()),
            };
            let bytes = bytes.parse().ok().filter(|bytes| *bytes > 0);
            let (Some(bytes), false) = (bytes, kinds.is_empty()) else {
                let known: Vec<&str> = FileKind::ALL.iter().map(|kind| kind.code()).collect();
                bail!(
                    "MEDCERT_FILE_LIMITS must be a number of bytes, or KIND=BYTES where KIND is one of {}",
                    known.join(", ")
                );
            };
            limits = kinds.into_iter().fold(limits, |limits, kind| limits.with(kind, bytes));
        }
        Ok(limits)
    }

    /// The public address without a trailing slash.
    pub(crate) fn public_url(&self) -> anyhow::Result<String> {
        let Some(url) = &self.public_url else { return Ok(format!("http://{}", self.listen())) };
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            bail!("MEDCERT_PUBLIC_URL must begin with http:// or https://");
        }
        Ok(url.trim_end_matches('/').to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_limits_are_for_all_kinds_or_for_one() {
        let limits = |texts: &[&str]| {
            let file_limits = texts.iter().map(|text| (*text).to_owned()).collect();
            Options { file_limits, ..Options::default() }.file_limits()
        };
        assert_eq!(limits(&[]).unwrap().of(FileKind::Document), 10_485_760);
        let some = limits(&["1000", "MEDICAL_DOCUMENT=2000"]).unwrap();
        assert_eq!((some.of(FileKind::Other), some.of(FileKind::MedicalDocument)), (1000, 2000));
        assert_eq!(some.greatest(), 2000);
        for wrong in ["", "0", "-1", "ten", "LETTER=5", "DOCUMENT=", "DOCUMENT=0", "=5"] {
            assert!(limits(&[wrong]).is_err(), "{wrong}");
        }
    }
}
