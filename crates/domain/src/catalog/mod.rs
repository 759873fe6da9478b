//! Catalog: what the institution offers.

mod room;

pub use room::{
    IMPORT_SERVICES, IMPORT_SPECIALTIES, READ_INSTITUTION, READ_SERVICES, READ_SPECIALTIES, ROOM,
    WRITE_INSTITUTION, WRITE_SERVICES, WRITE_SPECIALTIES,
};

use crate::Money;

crate::codes! {
    /// Kind of certificate a service leads to; decides its printed title.
    CertificateKind {
        /// General medical fitness.
        MedicalFitness = "MEDICAL_FITNESS",
        /// Mental health.
        MentalHealth = "MENTAL_HEALTH",
        /// Fitness for work.
        OccupationalHealth = "OCCUPATIONAL_HEALTH",
        /// Fitness to drive.
        DriverFitness = "DRIVER_FITNESS",
        /// Fitness for sport.
        SportsFitness = "SPORTS_FITNESS",
        /// Fitness for school.
        SchoolHealth = "SCHOOL_HEALTH",
        /// Any other.
        General = "GENERAL",
    }
}

crate::editable! {
    /// A service with its fee and the certificate it leads to.
    entity Service = "service" {}
    /// A new service.
    new NewService;
    /// Changes to a service.
    patch ServicePatch {
        /// Name, sorted by it. No two services have names that are [alike](crate::text::alike).
        name: String,
        /// What it is, up to 1000 characters.
        description: Option<String>,
        /// Regular fee; a change holds for requests registered from now on.
        fee: Money,
        /// Certificate it leads to.
        certificate_kind: CertificateKind,
        /// Days a certificate is valid, the first one counted.
        validity_days: u32,
        /// Whether it is still offered.
        active: bool,
    }
}

crate::editable! {
    /// A medical specialty that members of staff have.
    entity Specialty = "specialty" {}
    /// A new specialty.
    new NewSpecialty;
    /// Changes to a specialty.
    patch SpecialtyPatch {
        /// Name, sorted by it. No two specialties have names that are [alike](crate::text::alike).
        name: String,
        /// Whether it is still offered: one that was used stays with its staff.
        active: bool,
    }
}
