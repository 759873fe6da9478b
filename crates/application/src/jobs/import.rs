//! Imports: jobs of which each line is a thing to be made. The room that makes such things says how.

use async_trait::async_trait;
use medcert_domain::{
    institution::Institution,
    jobs::JobKind,
    policy::{Actor, Permission},
};
use uuid::Uuid;

use crate::{
    App, Error,
    retry::Failed,
    store::{Made, UnitOfWork},
};

/// Reads a line as what a use case asks for: a line is stored as it came, so that any process can go on with it, and
/// read when its turn comes.
pub type LineReader<T> = fn(&str, &Institution) -> Result<T, Error>;

/// A kind of import, implemented in the room whose use case takes one line.
#[async_trait(?Send)]
pub trait ImportKind: Send + Sync {
    /// Its code, which the domain's room declares.
    fn kind(&self) -> JobKind;

    /// What whoever asks for it must be permitted, when asking and again at each line.
    fn permission(&self) -> Permission;

    /// Reads a line and does what it asks for, inside a unit of work that may be run again or, in a dry run, be rolled
    /// back: so it touches nothing outside of it.
    async fn take(&self, line: Line<'_>, uow: &mut dyn UnitOfWork) -> Result<ImportedLine, Failed>;

    /// Lets this process forget what it keeps of things that lines change, once some of them were taken.
    fn forget(&self, _app: &App) {}
}

/// A line whose turn has come.
#[derive(Clone, Copy)]
pub struct Line<'l> {
    /// The application.
    pub app: &'l App,
    /// Whoever asked for the job, as they are at this moment.
    pub actor: &'l Actor,
    /// The institution's profile.
    pub profile: &'l Institution,
    /// What was sent.
    pub text: &'l str,
}

/// What came of a line that was taken.
#[derive(Debug)]
pub struct ImportedLine {
    /// What was made or found; nothing when nothing is kept.
    pub made: Option<Made>,
    /// What looks like it already.
    pub duplicates: Vec<(Uuid, Option<String>)>,
}

impl ImportedLine {
    /// It was made, and nobody calls it by a code.
    pub fn made(id: Uuid) -> Self {
        Self { made: Some(Made { id, code: None }), duplicates: vec![] }
    }

    /// It was made, or was there already: then nothing looks like it more than itself.
    pub fn made_or_found(id: Uuid, created: bool) -> Self {
        let duplicates = if created { vec![] } else { vec![(id, None)] };
        Self { duplicates, ..Self::made(id) }
    }
}

/// The imports that workers do.
pub struct Imports {
    /// Every kind.
    pub kinds: Vec<&'static dyn ImportKind>,
    /// Why a line was refused, as JSON, in the words of whoever sends lines.
    pub refusal: fn(Error) -> String,
}

impl Imports {
    /// The import with this code.
    pub(super) fn of(&self, kind: &JobKind) -> Option<&'static dyn ImportKind> {
        self.kinds.iter().copied().find(|import| import.kind() == *kind)
    }

    /// All codes.
    pub(super) fn codes(&self) -> Vec<JobKind> {
        self.kinds.iter().map(|import| import.kind()).collect()
    }
}

/// Takes a line, if whoever asked for the job is still permitted to.
pub(super) async fn take(
    import: &dyn ImportKind,
    line: Line<'_>,
    uow: &mut dyn UnitOfWork,
) -> Result<ImportedLine, Failed> {
    let permission = import.permission();
    if !permission.held_by(line.actor) {
        return Err(Failed::Answer(Error::Forbidden(format!("none of your roles has {permission}"))));
    }
    import.take(line, uow).await
}
