//! What the room of people asks of the database.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use medcert_domain::{
    Id, PersonId, StaffId,
    catalog::Specialty,
    people::{
        Document, DocumentType, Guardianship, Member, Person, PersonUse, Promoter, PromoterSource,
        PromoterType, Relationship, Staff, StaffRole, StaffStatus,
    },
};

use super::{Page, PageRequest, Repository, StoreError};

/// Which people. Everything given must hold; several values of one filter mean any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonFilter {
    /// Words, each of which must begin some word of the person.
    pub search_terms: Vec<String>,
    /// Kinds of document.
    pub document_types: Vec<DocumentType>,
    /// Exact document number, as stored; of a merged record too.
    pub document_number: Option<String>,
    /// Exact date of birth.
    pub birth_date: Option<NaiveDate>,
    /// Exact e-mail address.
    pub email: Option<String>,
}

/// Which promoters. Everything given must hold; several values of one filter mean any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromoterFilter {
    /// Words, each of which must begin some word of the promoter.
    pub search_terms: Vec<String>,
    /// What they are.
    pub kinds: Vec<PromoterType>,
    /// Where they are known from.
    pub sources: Vec<Id<PromoterSource>>,
}

/// Which staff.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaffFilter {
    /// Having any of these roles.
    pub roles: Vec<StaffRole>,
    /// Having any of these statuses.
    pub statuses: Vec<StaffStatus>,
    /// Assignable in the asked roles (or in any of their roles, when none is asked) on this day, or not.
    pub assignable: Option<(bool, NaiveDate)>,
    /// Words, each of which must begin some word of the member.
    pub search_terms: Vec<String>,
    /// Words, each of which must begin some word of the specialty.
    pub specialty: Vec<String>,
}

/// The kind under which the words of specialties are kept, each with the staff record that has it.
pub const SPECIALTY: &str = "staff specialty";

/// One row of the list of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The person.
    pub person: Person,
    /// Whether there is a staff record.
    pub is_staff: bool,
    /// Whether there is an account.
    pub has_login: bool,
    /// The promoter that the person is.
    pub promoter: Option<Id<Promoter>>,
}

/// Who stands for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardianRow {
    /// The guardian.
    pub person: Person,
    /// What the guardian is to them.
    pub relationship: Relationship,
    /// Since when it is known.
    pub since: DateTime<Utc>,
}

/// How many things refer to a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PersonUses {
    /// Requests of which the person is the client.
    pub as_client: u64,
    /// Requests in which the person stands for the client.
    pub as_guardian: u64,
    /// Certificates.
    pub certificates: u64,
    /// Promoters: 0 or 1.
    pub promoters: u64,
    /// Staff records: 0 or 1.
    pub staff: u64,
    /// Accounts: 0 or 1.
    pub accounts: u64,
    /// People for whom the person stands.
    pub wards: u64,
}

impl PersonUses {
    /// All of them.
    pub const fn total(&self) -> u64 {
        self.as_client
            + self.as_guardian
            + self.certificates
            + self.promoters
            + self.staff
            + self.accounts
            + self.wards
    }
}

/// Reading people: persons, who stands for whom, promoters and their sources.
#[async_trait]
pub trait PeopleReads: Send + Sync {
    /// Promoters by name (key of the cursor), then id.
    async fn promoters(
        &self,
        filter: &PromoterFilter,
        page: &PageRequest,
    ) -> Result<Page<Promoter>, StoreError>;

    /// One promoter.
    async fn promoter(&self, id: Id<Promoter>) -> Result<Option<Promoter>, StoreError>;

    /// People by name (key of the cursor), then id; merged records are left out.
    async fn people(&self, filter: &PersonFilter, page: &PageRequest) -> Result<Page<PersonRow>, StoreError>;

    /// One person with how often they are referred to; merged records too.
    async fn person(&self, id: PersonId) -> Result<Option<(PersonRow, PersonUses)>, StoreError>;

    /// Who stands for the person, by name (key of the cursor), then id.
    async fn guardians(&self, ward: PersonId, page: &PageRequest) -> Result<Page<GuardianRow>, StoreError>;

    /// The sources of promoters by name (key of the cursor), then id.
    async fn promoter_sources(
        &self,
        active: Option<bool>,
        page: &PageRequest,
    ) -> Result<Page<PromoterSource>, StoreError>;

    /// One source.
    async fn promoter_source(&self, id: Id<PromoterSource>) -> Result<Option<PromoterSource>, StoreError>;
}

/// Reading staff members. Whether requests can be given to one depends on the account, which whoever stores accounts
/// knows.
#[async_trait]
pub trait MemberReads: Send + Sync {
    /// Staff by name (key of the cursor), then id.
    async fn staff_list(&self, filter: &StaffFilter, page: &PageRequest) -> Result<Page<Member>, StoreError>;

    /// One staff member.
    async fn staff_member(&self, id: StaffId) -> Result<Option<Member>, StoreError>;
}

/// The same inside a unit of work.
#[async_trait]
pub trait MemberWrites: Send {
    /// The staff member with name and account.
    async fn member(&mut self, id: StaffId) -> Result<Option<Member>, StoreError>;
}

/// What use cases of people need beyond plain repositories.
#[async_trait]
pub trait PeopleWrites:
    Repository<Person> + Repository<Staff> + Repository<Promoter> + Repository<PromoterSource> + Send
{
    /// The person with this document, or into whom the record with it was merged; locked until the end of the unit
    /// of work, so that nobody merges them meanwhile.
    async fn person_by_document(&mut self, document: &Document) -> Result<Option<Person>, StoreError>;

    /// Whether the person is staff or has a login.
    async fn person_use(&mut self, id: PersonId) -> Result<PersonUse, StoreError>;

    /// Whether anything refers to the person: request, promoter, staff, user, certificate, somebody they stand for.
    async fn person_in_use(&mut self, id: PersonId) -> Result<bool, StoreError>;

    /// The staff record of the person.
    async fn staff_of(&mut self, person: PersonId) -> Result<Option<StaffId>, StoreError>;

    /// How many members of staff have the specialty.
    async fn staff_of_specialty(&mut self, specialty: Id<Specialty>) -> Result<u64, StoreError>;

    /// The promoter with this tax id.
    async fn promoter_by_tax_id(&mut self, tax_id: &str) -> Result<Option<Promoter>, StoreError>;

    /// The promoter that is this person.
    async fn promoter_by_person(&mut self, person: PersonId) -> Result<Option<Promoter>, StoreError>;

    /// The record with this document, merged or not.
    async fn holder_of(&mut self, document: &Document) -> Result<Option<Person>, StoreError>;

    /// The records merged into any of these people.
    async fn merged_records(&mut self, people: &[PersonId]) -> Result<Vec<Person>, StoreError>;

    /// How many things refer to the person.
    async fn person_uses(&mut self, person: PersonId) -> Result<PersonUses, StoreError>;

    /// Removes a person to whom nothing refers, with the records merged into them, their words, who stood for them,
    /// and the values in their history. `Stale` when the version is another.
    async fn erase_person(&mut self, person: &Person) -> Result<(), StoreError>;

    /// Every guardianship in which the person is ward or guardian.
    async fn guardianships_of(&mut self, person: PersonId) -> Result<Vec<Guardianship>, StoreError>;

    /// Stores new guardianships.
    async fn add_guardianships(&mut self, all: &[Guardianship]) -> Result<(), StoreError>;

    /// Removes the guardianship of these two, if there is one.
    async fn remove_guardianship(&mut self, ward: PersonId, guardian: PersonId) -> Result<(), StoreError>;

    /// Gives what of people refers to `from` to `into`, each counting a version: promoter, staff record, and records
    /// merged into `from` before. Guardianships stay.
    async fn move_person(
        &mut self,
        from: PersonId,
        into: PersonId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// How many promoters have the source.
    async fn source_uses(&mut self, source: Id<PromoterSource>) -> Result<u64, StoreError>;
}
