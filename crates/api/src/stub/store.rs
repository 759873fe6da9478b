//! What the store of the stub answers.

use medcert_domain::{PersonId, SessionId, StaffId, UserId, catalog::Specialty};

use super::*;

#[async_trait]
impl IdentityReads for Stub {
    async fn session_state(&self, id: SessionId) -> Answer<Option<SessionState>> {
        let now = self.now();
        let role = Role::ALL.iter().copied().find(|role| number(*role) == id.raw());
        Ok(role.map(|role| SessionState {
            session: Session {
                id,
                version: 1,
                user: Id::new(id.raw()),
                created_at: now,
                expires_at: now + Duration::days(1),
                ended_at: None,
                stepped_up_until: None,
            },
            user: User {
                id: Id::new(id.raw()),
                version: 1,
                email: "someone@medcert.test".to_owned(),
                person: Id::new(id.raw()),
                password_hash: String::new(),
                must_change_password: false,
                status: UserStatus::Active,
                locale: Locale::En,
                roles: [role].into(),
                grants: vec![],
                last_login_at: None,
                created_at: now,
                updated_at: now,
            },
            display_name: "Someone".to_owned(),
            staff: None,
        }))
    }
    async fn account_by_email(&self, _: &str) -> Answer<Option<AccountRow>> {
        panic!("a bug in a handler")
    }
    async fn account(&self, _: UserId) -> Answer<Option<AccountRow>> {
        Err(StoreError::Backend("SELECT password_hash FROM users".into()))
    }
    async fn users(&self, _: &UserFilter, _: &PageRequest) -> Answer<Page<UserRow>> {
        down()
    }
    async fn user(&self, _: UserId) -> Answer<Option<UserRow>> {
        Ok(None)
    }
    async fn has_acted(&self, _: UserId) -> Answer<bool> {
        down()
    }
    async fn in_history(&self, _: UserId) -> Answer<bool> {
        down()
    }
    async fn active_admins(&self) -> Answer<u64> {
        down()
    }
    async fn open_sessions(&self, _: UserId, _: DateTime<Utc>, _: &PageRequest) -> Answer<Page<SessionRow>> {
        down()
    }
    async fn email_change(&self, _: Uuid) -> Answer<Option<EmailChange>> {
        Ok(None)
    }
    async fn any_user(&self, _: UserStatus) -> Answer<bool> {
        down()
    }
}

#[async_trait]
impl CertificationReads for Stub {
    async fn requests(&self, _: &RequestFilter, _: &PageRequest) -> Answer<Page<RequestRow>> {
        down()
    }
    async fn request_aggregate(&self, _: Id<Certification>) -> Answer<Option<RequestAggregate>> {
        Ok(None)
    }
    async fn history(&self, _: Id<Certification>, _: &PageRequest) -> Answer<Page<HistoryRow>> {
        down()
    }
    async fn open_requests_after(
        &self,
        _: StaffId,
        _: AssignmentRole,
        _: Option<Id<Certification>>,
        _: u64,
    ) -> Answer<Vec<(Id<Certification>, String)>> {
        down()
    }
    async fn certificates(&self, _: &CertificateFilter, _: &PageRequest) -> Answer<Page<Certificate>> {
        down()
    }
    async fn certificate(&self, _: Id<Certificate>) -> Answer<Option<Certificate>> {
        Ok(None)
    }
    async fn certificate_by_public_id(&self, _: &str) -> Answer<Option<Certificate>> {
        Ok(None)
    }
    async fn request_of_file(&self, _: Id<StoredFile>) -> Answer<Option<Id<Certification>>> {
        Ok(None)
    }
    async fn files_known(&self, _: &[Id<StoredFile>]) -> Answer<Vec<(Id<Certification>, Id<StoredFile>)>> {
        down()
    }
    async fn certificate_keys(&self, _: &[Id<Certificate>]) -> Answer<Vec<String>> {
        down()
    }
}

#[async_trait]
impl PeopleReads for Stub {
    async fn promoters(&self, _: &PromoterFilter, _: &PageRequest) -> Answer<Page<Promoter>> {
        down()
    }
    async fn promoter(&self, _: Id<Promoter>) -> Answer<Option<Promoter>> {
        Ok(None)
    }
    async fn people(&self, _: &PersonFilter, _: &PageRequest) -> Answer<Page<PersonRow>> {
        down()
    }
    async fn person(&self, _: PersonId) -> Answer<Option<(PersonRow, PersonUses)>> {
        Ok(None)
    }
    async fn guardians(&self, _: PersonId, _: &PageRequest) -> Answer<Page<GuardianRow>> {
        down()
    }
    async fn promoter_sources(&self, _: Option<bool>, _: &PageRequest) -> Answer<Page<PromoterSource>> {
        down()
    }
    async fn promoter_source(&self, _: Id<PromoterSource>) -> Answer<Option<PromoterSource>> {
        Ok(None)
    }
}

#[async_trait]
impl CatalogReads for Stub {
    async fn services(&self, _: &ServiceFilter, _: &PageRequest) -> Answer<Page<Service>> {
        down()
    }
    async fn service(&self, _: Id<Service>) -> Answer<Option<Service>> {
        Ok(None)
    }
    async fn specialties(&self, _: Option<bool>, _: &[String], _: &PageRequest) -> Answer<Page<Specialty>> {
        down()
    }
    async fn specialty(&self, _: Id<Specialty>) -> Answer<Option<Specialty>> {
        Ok(None)
    }
    async fn institution(&self) -> Answer<Option<Institution>> {
        Ok(None)
    }
}

#[async_trait]
impl ReportReads for Stub {
    async fn sums(&self, _: &[Question]) -> Answer<Answers> {
        down()
    }
    async fn report_names(&self, _: &[Id<Promoter>], _: &[StaffId], _: &[UserId]) -> Answer<Names> {
        down()
    }
    async fn clients_sent(
        &self,
        _: &[Id<Promoter>],
        _: (DateTime<Utc>, DateTime<Utc>),
        _: &CellFilter,
    ) -> Answer<Vec<(Uuid, i64)>> {
        down()
    }
    async fn last_changes(&self, _: By, _: &[Uuid]) -> Answer<Vec<(Uuid, DateTime<Utc>)>> {
        down()
    }
    async fn counted_zone(&self) -> Answer<Option<chrono_tz::Tz>> {
        down()
    }
}

#[async_trait]
impl JobReads for Stub {
    async fn jobs(&self, _: &JobFilter, _: &PageRequest) -> Answer<Page<JobRow>> {
        down()
    }
    async fn job(&self, _: Id<Job>) -> Answer<Option<JobRow>> {
        Ok(None)
    }
    async fn job_lines(&self, _: Id<Job>, _: Option<LineOutcome>, _: &PageRequest) -> Answer<Page<JobLine>> {
        down()
    }
    async fn next_line(&self, _: Id<Job>) -> Answer<Option<JobLine>> {
        Ok(None)
    }
    async fn due_jobs(&self, _: &[JobKind], _: DateTime<Utc>, _: u64) -> Answer<Vec<Id<Job>>> {
        Ok(vec![])
    }
    async fn erasable_jobs(&self, _: DateTime<Utc>, _: u64) -> Answer<Vec<Id<Job>>> {
        Ok(vec![])
    }
    async fn open_jobs_of(&self, _: UserId) -> Answer<u64> {
        down()
    }
}

#[async_trait]
impl AuditedEntityReads for Stub {
    async fn changes(&self, _: &'static str, _: Uuid, _: &PageRequest) -> Answer<Page<ChangeRow>> {
        down()
    }
}

#[async_trait]
impl MailQueue for Stub {
    async fn due_mail(&self, _: DateTime<Utc>, _: u64) -> Answer<Vec<QueuedMail>> {
        down()
    }
    async fn take_mail(&self, _: &QueuedMail, _: DateTime<Utc>) -> Answer<bool> {
        down()
    }
    async fn settle_mail(&self, _: Uuid, _: u32, _: DeliveryOutcome) -> Answer<()> {
        down()
    }
    async fn forget_mail(&self, _: DateTime<Utc>) -> Answer<u64> {
        down()
    }
}

#[async_trait]
impl BulkLoad for Stub {
    async fn load(&self, _: &Load) -> Answer<()> {
        down()
    }
    async fn settle(&self) -> Answer<()> {
        down()
    }
}

#[async_trait]
impl FileReads for Stub {
    async fn discarded(&self, _: u64) -> Answer<Vec<String>> {
        down()
    }
    async fn forget_discarded(&self, _: &[String]) -> Answer<()> {
        down()
    }
}

#[async_trait]
impl MemberReads for Stub {
    async fn staff_list(&self, _: &StaffFilter, _: &PageRequest) -> Answer<Page<Member>> {
        down()
    }
    async fn staff_member(&self, _: StaffId) -> Answer<Option<Member>> {
        Ok(None)
    }
}

#[async_trait]
impl Store for Stub {
    async fn begin(&self) -> Answer<Box<dyn UnitOfWork>> {
        down()
    }
    async fn append_audit(&self, events: &[AuditEvent]) -> Answer<()> {
        self.audited.lock().unwrap().extend_from_slice(events);
        Ok(())
    }
    async fn counter(&self, _: &str, _: i32) -> Answer<i64> {
        down()
    }
    async fn answer(&self, _: &str, _: &str, _: DateTime<Utc>) -> Answer<Option<StoredAnswer>> {
        Ok(None)
    }
    async fn lease(&self, _: &str, _: Uuid, _: DateTime<Utc>, _: DateTime<Utc>) -> Answer<bool> {
        down()
    }
    async fn forget_answers(&self, _: DateTime<Utc>) -> Answer<u64> {
        down()
    }
    async fn check(&self) -> Answer<()> {
        down()
    }
}
