//! Putting the parts together.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context as _;
use medcert_application::{
    App, Parts, Settings,
    mail::Mailer,
    scanning::NoScanner,
    secrets::{Clock, Ids},
};
use medcert_credentials::{
    BcryptPasswords, Es256Tokens, HmacDerivation, KrillaRenderer, SystemClock, SystemIds,
};
use medcert_gateways::{FolderMailer, SmtpError, SmtpMailer};
use medcert_object_store::{S3Credentials, StoredObjects};
use medcert_persistence::{DatabaseOptions, SeaStore};

use crate::{keys, options::Options};

/// What the commands work with.
pub(crate) struct Wired {
    /// The application.
    pub app: Arc<App>,
    /// The database, for migrations.
    pub store: Arc<SeaStore>,
}

/// Opens the database that the options name.
pub(crate) async fn store(options: &Options) -> anyhow::Result<SeaStore> {
    let url = if let Some(url) = &options.database_url {
        url.clone()
    } else {
        let folder = options.data_dir()?;
        private_folder(&folder)?;
        format!("sqlite://{}", folder.join("medcert.db").display())
    };
    let mut database = DatabaseOptions::new(url);
    if let Some(most) = options.database_connections {
        database.max_connections = most;
    }
    SeaStore::connect(&database).await.context("cannot open the database")
}

/// Builds the application on the store, with the system's clock and randomness.
pub(crate) async fn wire(options: &Options) -> anyhow::Result<Wired> {
    wire_with(options, Arc::new(SystemClock), Arc::new(SystemIds)).await
}

/// Builds the application on the store.
pub(crate) async fn wire_with(
    options: &Options,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
) -> anyhow::Result<Wired> {
    let data_dir = options.data_dir()?;
    let public_url = options.public_url()?;
    let objects = objects(options)?;
    let keys = keys::load(options, &data_dir)?;
    let fonts = options
        .fonts
        .iter()
        .map(|path| std::fs::read(path).with_context(|| format!("cannot read the font {}", path.display())));
    let renderer = KrillaRenderer::new(fonts.collect::<Result<_, _>>()?).context("a font cannot be used")?;
    let tokens =
        Es256Tokens::new(&keys.access, "medcert", "medcert").context("the access key cannot be used")?;
    let mailer = mailer(options)?;
    let store = Arc::new(store(options).await?);
    let hashing_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let app = App::new(Parts {
        store: Arc::clone(&store) as _,
        objects: Arc::new(objects),
        scanner: Arc::new(NoScanner),
        renderer: Arc::new(renderer),
        passwords: Arc::new(BcryptPasswords::new(BcryptPasswords::COST, hashing_threads)),
        tokens: Arc::new(tokens),
        derivation: Arc::new(HmacDerivation::new(keys.secret)),
        mailer,
        ids,
        clock,
        settings: Settings { file_limits: options.file_limits()?, ..Settings::at(public_url) },
    });
    Ok(Wired { app: Arc::new(app), store })
}

/// Opens the object storage that the options name.
pub(crate) fn objects(options: &Options) -> anyhow::Result<StoredObjects> {
    let url = match &options.objects_url {
        Some(url) => url.clone(),
        None => format!("file://{}", options.data_dir()?.join("objects").display()),
    };
    let credentials = match (&options.s3_access_key_id, &options.s3_secret_access_key) {
        (Some(id), Some(secret)) => Some(S3Credentials {
            access_key_id: id.clone(),
            secret_access_key: secret.clone(),
            session_token: None,
        }),
        (None, None) => None,
        _ => anyhow::bail!("MEDCERT_S3_ACCESS_KEY_ID and MEDCERT_S3_SECRET_ACCESS_KEY belong together"),
    };
    StoredObjects::open(&url, credentials).context("cannot use MEDCERT_OBJECTS_URL")
}

/// Whoever sends mails: the server that is named, a folder for a demonstration, or nobody.
fn mailer(options: &Options) -> anyhow::Result<Option<Arc<dyn Mailer>>> {
    let (url, from) = match (&options.smtp_url, &options.mail_from) {
        (Some(url), Some(from)) => (url, from),
        (None, None) if options.demo => {
            let folder = options.data_dir()?.join("mail");
            return Ok(Some(Arc::new(FolderMailer::new(folder))));
        }
        (None, None) => return Ok(None),
        _ => anyhow::bail!("MEDCERT_SMTP_URL and MEDCERT_MAIL_FROM belong together"),
    };
    let read = |path: &PathBuf| {
        std::fs::read(path).with_context(|| format!("cannot read the certificates {}", path.display()))
    };
    let roots = options.smtp_ca_file.as_ref().map(read).transpose()?;
    let mailer = SmtpMailer::open(url, from, roots.as_deref()).map_err(|error| {
        let setting = match error {
            SmtpError::From => "MEDCERT_MAIL_FROM",
            SmtpError::Certificates(_) => "MEDCERT_SMTP_CA_FILE",
            SmtpError::Url | SmtpError::ClearPassword => "MEDCERT_SMTP_URL",
        };
        anyhow::Error::new(error).context(format!("cannot use {setting}"))
    })?;
    Ok(Some(Arc::new(mailer)))
}

fn private_folder(folder: &std::path::Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("cannot make the data folder {}", folder.display()))
}
