//! Counting requests anew, and folding changes into totals.

use std::{collections::BTreeMap, sync::Arc};

use futures::FutureExt as _;
use medcert_domain::{institution::Institution, reports::Cell};
use uuid::Uuid;

use crate::{
    App, Error,
    retry::{OnStale, run_moving},
    store::UnitOfWork,
};

/// Requests counted in one transaction; they are locked meanwhile.
const BATCH: u64 = 500;
/// Figures kept in memory before they are added to totals, some hundred bytes each: requests of the same days add to
/// the same totals, which are the rarer written the more is added at once.
const KEPT: usize = 50_000;
/// Changes folded in one transaction.
const FOLDED: u64 = 2_000;

/// Counts all requests anew, in days of the institution's time zone as it is stored now.
///
/// Needed after rows were written other than through units of work, and after the time zone has changed. Reports go
/// on being read from the former count until the new one is whole; requests may be changed meanwhile. Memory does not
/// grow with the number of requests. Of two who count at once, the one who began first is told [`Error::Stale`].
pub async fn rebuild(app: &App) -> Result<(), Error> {
    let stored = app.store().institution().await?.or_else(|| Institution::unnamed(app.now()));
    let zone = stored.ok_or_else(|| Error::internal("the built-in profile is wrong"))?.time_zone;
    let generation =
        run_moving(app, OnStale::Retry, |uow: &mut dyn UnitOfWork| uow.begin_count(zone)).await?;
    let mut after: Option<Uuid> = None;
    let mut kept: BTreeMap<Cell, i64> = BTreeMap::new();
    loop {
        let counted = run_moving(app, OnStale::Retry, |uow: &mut dyn UnitOfWork| {
            uow.count_requests(generation, after, BATCH)
        });
        // A count that breaks off from here on is begun anew as another generation.
        let counted = counted.await?;
        for (cell, amount) in counted.cells {
            *kept.entry(cell).or_default() += amount;
        }
        after = counted.last;
        if after.is_none() || kept.len() >= KEPT {
            let cells: Arc<[(Cell, i64)]> = std::mem::take(&mut kept).into_iter().collect();
            run_moving(app, OnStale::Retry, move |uow: &mut dyn UnitOfWork| {
                let cells = Arc::clone(&cells);
                async move { uow.add_counted(generation, &cells).await }.boxed()
            })
            .await?;
        }
        if after.is_none() {
            break;
        }
    }
    run_moving(app, OnStale::Retry, |uow: &mut dyn UnitOfWork| uow.finish_count(generation)).await
}

/// Keeps figures in shape; run every few seconds, by one process at a time only to spare the others the work: counts
/// requests anew when the institution's time zone is another one than that counted in, folds changes into totals, and
/// removes what belongs to former counts.
pub async fn keep(app: &App) -> Result<(), Error> {
    if app.store().counted_zone().await? != Some(app.profile().await?.time_zone) {
        match rebuild(app).await {
            // Somebody else is at it.
            Ok(()) | Err(Error::Stale) => {}
            Err(error) => return Err(error),
        }
    }
    loop {
        let folded = run_moving(app, OnStale::Retry, |uow: &mut dyn UnitOfWork| uow.fold_changes(FOLDED));
        if folded.await? < FOLDED {
            break;
        }
    }
    loop {
        let swept = run_moving(app, OnStale::Retry, |uow: &mut dyn UnitOfWork| uow.sweep_counts(FOLDED));
        if swept.await? == 0 {
            return Ok(());
        }
    }
}
