//! Requests follow their people.

use async_trait::async_trait;
use medcert_domain::{
    Id, StaffId,
    certification::{Action, Certification, HistoryLine},
    people::{Person, Promoter, StaffRole},
    policy::Actor,
};

use super::{
    hand_over::{assignment_role, hand_over_open, refuse_while_open},
    request_search_terms,
};
use crate::{
    App, Error,
    people::{PeopleFollower, PersonMerge, PromoterMerge, Successor, merged_into},
    retry::Failed,
    store::{HistoryEntry, StoreError, UnitOfWork},
};

/// Requests that are looked at, written or made found at a time: so many fit into memory, however many somebody has.
const AT_ONCE: usize = 200;

/// What happens to requests when something happens to people.
pub(crate) struct RequestsOfPeople;

#[async_trait(?Send)]
impl PeopleFollower for RequestsOfPeople {
    async fn person_renamed(&self, uow: &mut dyn UnitOfWork, person: &Person) -> Result<(), StoreError> {
        let requests = uow.requests_of(person.id).await?;
        index(uow, &requests).await
    }

    async fn merge_obstacle(
        &self,
        uow: &mut dyn UnitOfWork,
        merge: &PersonMerge<'_>,
    ) -> Result<Option<(&'static str, &'static str)>, StoreError> {
        let shared = uow.share_a_request(merge.from.id, merge.into.id).await?;
        Ok(shared.then_some(("client-and-guardian", "one stands for the other in a request")))
    }

    /// A line in the history of every request that has another client or guardian by it.
    async fn person_merging(&self, uow: &mut dyn UnitOfWork, merge: &PersonMerge<'_>) -> Result<(), Failed> {
        let requests = uow.requests_of(merge.from.id).await?;
        for part in requests.chunks(AT_ONCE) {
            let subjects = uow.subjects(part).await?;
            let entries: Vec<HistoryEntry> = subjects
                .iter()
                .map(|subject| {
                    let field = if subject.client.id == merge.from.id { "client" } else { "guardian" };
                    let ids = (merge.from.id.to_string(), merge.into.id.to_string());
                    history_entry(merge, subject.request, field, ids)
                })
                .collect();
            uow.append_history(&entries).await?;
        }
        Ok(())
    }

    async fn person_merged(&self, uow: &mut dyn UnitOfWork, merge: &PersonMerge<'_>) -> Result<(), Failed> {
        let requests = uow.requests_of(merge.from.id).await?;
        uow.move_requests(merge.from.id, merge.into.id, merge.app.now()).await?;
        Ok(index(uow, &requests).await?)
    }

    async fn promoter_merged(
        &self,
        uow: &mut dyn UnitOfWork,
        merge: &PersonMerge<'_>,
        PromoterMerge { lost, kept }: PromoterMerge,
    ) -> Result<(), Failed> {
        let requests = uow.requests_by(lost).await?;
        for part in requests.chunks(AT_ONCE) {
            let entry = |request: &Id<Certification>| {
                history_entry(merge, *request, "promoter", (lost.to_string(), kept.to_string()))
            };
            uow.append_history(&part.iter().map(entry).collect::<Vec<_>>()).await?;
        }
        // One by one, since the figures of reports tell promoters apart.
        for id in requests {
            let found: Option<Certification> = uow.get(id).await?;
            if let Some(mut request) = found {
                request.promoter = Some(kept);
                request.updated_at = merge.app.now();
                uow.update(&request).await?;
            }
        }
        Ok(())
    }

    async fn promoter_leaving(&self, uow: &mut dyn UnitOfWork, promoter: Id<Promoter>) -> Result<(), Failed> {
        let count = uow.requests_with_promoter(promoter).await?;
        if count > 0 {
            return Err(Error::in_use(format!("{count} requests name this promoter"), count).into());
        }
        Ok(())
    }

    async fn staff_leaving(&self, uow: &mut dyn UnitOfWork, staff: StaffId) -> Result<(), Failed> {
        let used = uow.requests_with_staff(staff).await?;
        if used > 0 {
            let message = format!("this staff member had a part in {used} requests");
            return Err(Error::in_use(message, used).into());
        }
        Ok(())
    }

    async fn roles_leaving(
        &self,
        uow: &mut dyn UnitOfWork,
        staff: StaffId,
        roles: &[StaffRole],
    ) -> Result<(), Failed> {
        // Requests are not assigned to operators.
        refuse_while_open(uow, staff, roles.iter().filter_map(|role| assignment_role(*role))).await
    }

    async fn hand_over(
        &self,
        app: &App,
        actor: &Actor,
        from: StaffId,
        Successor { role, to, pointer }: Successor<'_>,
    ) -> Result<(), Error> {
        match assignment_role(role) {
            Some(role) => hand_over_open(app, actor, from, (role, to), pointer).await,
            None => Ok(()),
        }
    }
}

fn history_entry(
    merge: &PersonMerge<'_>,
    request: Id<Certification>,
    field: &'static str,
    (old, new): (String, String),
) -> HistoryEntry {
    let PersonMerge { app, actor, reason, .. } = *merge;
    let mut line = HistoryLine::of(Action::Edit).field(field, Some(old), Some(new));
    line.comment = Some(reason.to_owned());
    HistoryEntry { id: app.parts.ids.uuid(), request, at: app.now(), by: actor.user, line }
}

/// Makes these requests found by what is known now of their people.
async fn index(uow: &mut dyn UnitOfWork, requests: &[Id<Certification>]) -> Result<(), StoreError> {
    for part in requests.chunks(AT_ONCE) {
        let subjects = uow.subjects(part).await?;
        let people = subjects.iter().flat_map(|one| std::iter::once(&one.client).chain(&one.guardian));
        let merged = merged_into(uow, &people.collect::<Vec<_>>()).await?;
        let search_terms: Vec<_> = subjects
            .iter()
            .map(|one| {
                (one.request, request_search_terms(&one.code, &one.client, one.guardian.as_ref(), &merged))
            })
            .collect();
        uow.index_requests(&search_terms).await?;
    }
    Ok(())
}
