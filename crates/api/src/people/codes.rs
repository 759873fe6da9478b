//! The closed vocabularies of people.

use medcert_domain::people as p;

use crate::codes::wire;

wire! {
    DocumentTypeCode = p::DocumentType, "DocumentType",
        "Kind of identity document: DNI (8 digits), CE (up to 12 letters or digits), PASSPORT (5 to 20), \
         RUC (11 digits with check digit), NIF (9 digits with check digit), NATIONAL_ID and OTHER (1 to 30).";
    NotAssignableCode = p::NotAssignable, "NotAssignable", "Why a staff member cannot be given requests.";
    PromoterTypeCode = p::PromoterType, "PromoterType", "What a promoter is.";
    RelationshipCode = p::Relationship, "Relationship", "Relation of a guardian to the client.";
    StaffKindCode = p::StaffKind, "StaffKind", "In what relation a staff member stands to the institution.";
    StaffRoleCode = p::StaffRole, "StaffRole", "Part a staff member plays.";
    StaffStatusCode = p::StaffStatus, "StaffStatus", "Whether a staff member is at work.";
}
