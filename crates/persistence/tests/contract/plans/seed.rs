//! Directories of the size that the table of requests has: made in the database out of what is there.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};

/// Who has a request, and the request.
const CLIENTS: &str =
    "FROM person p JOIN certification_request r ON r.client_id = p.id WHERE p.address IS NOT NULL";

/// The same with who has a part in it.
fn assigned(role: &str) -> String {
    format!(
        "FROM person p JOIN certification_request r ON r.client_id = p.id
         JOIN assignment a ON a.request_id = r.id AND a.role = '{role}' WHERE p.address IS NOT NULL"
    )
}

/// The number of the client and request, and the same without its last digit, which tells the name.
fn numbers(backend: DbBackend) -> (&'static str, &'static str) {
    match backend {
        DbBackend::MySql => ("CAST(p.address AS SIGNED)", "(CAST(p.address AS SIGNED) DIV 10)"),
        _ => ("CAST(p.address AS INTEGER)", "(CAST(p.address AS INTEGER) / 10)"),
    }
}

/// An account, a staff record and a promoter of each client.
fn people(backend: DbBackend) -> Vec<String> {
    let ((n, m), clients, manager) = (numbers(backend), CLIENTS, assigned("MANAGER"));
    vec![
        format!(
            "INSERT INTO user_account (id, version, email, person_id, password_hash, must_change_password, status,
             locale, is_admin, is_operator, is_manager, is_doctor, is_auditor, grants, last_login_at, created_at,
             updated_at, name, has_staff)
             SELECT p.id, 1, p.document_number, p.id, 'x', ({n} < 0),
             CASE WHEN {m} % 20 = 0 THEN 'SUSPENDED' ELSE 'ACTIVE' END, 'es', ({n} % 1000 = 0), ({n} % 3 = 0),
             ({n} % 3 = 1), ({n} % 3 = 2), ({m} % 50 = 0), '[]',
             CASE WHEN {m} % 4 = 0 THEN NULL ELSE p.created_at END, p.created_at, p.created_at, p.name,
             ({m} % 10 <> 0) {clients}"
        ),
        format!(
            "INSERT INTO staff (id, version, person_id, status, is_operator, is_manager, is_doctor, licence_number,
             kind, created_at, updated_at, name)
             SELECT a.id, 1, p.id, CASE WHEN {m} % 20 = 1 THEN 'VACATION' ELSE 'ACTIVE' END, ({n} % 3 = 0),
             ({n} % 3 = 1), ({n} % 3 = 2), CASE WHEN {m} % 10 = 5 THEN NULL ELSE 'L' END, 'EMPLOYEE', p.created_at,
             p.created_at, p.name {manager} AND {m} % 10 <> 0"
        ),
        format!(
            "INSERT INTO promoter (id, version, promoter_type, person_id, legal_name, name, name_folded, source_id,
             created_at, updated_at)
             SELECT r.id, 1, CASE WHEN {m} % 100 = 0 THEN 'COMPANY' ELSE 'PERSON' END,
             CASE WHEN {m} % 100 = 0 THEN NULL ELSE p.id END, CASE WHEN {m} % 100 = 0 THEN p.name ELSE NULL END,
             p.name, p.name, CASE WHEN {n} % 7 = 0 THEN (SELECT id FROM promoter_source) ELSE NULL END,
             p.created_at, p.created_at {clients}"
        ),
    ]
}

/// Of each request a certificate, a job, a line of one job, lines of histories, a session of one account, a file and an
/// object to be removed.
fn things(backend: DbBackend) -> Vec<String> {
    let ((n, _), clients, doctor) = (numbers(backend), CLIENTS, assigned("DOCTOR"));
    let (from, until) = match backend {
        DbBackend::Sqlite => ("date(r.created_at)", "date(r.created_at, '+365 days')"),
        DbBackend::Postgres => ("CAST(r.created_at AS date)", "CAST(r.created_at AS date) + 365"),
        _ => ("CAST(r.created_at AS date)", "DATE_ADD(CAST(r.created_at AS date), INTERVAL 365 DAY)"),
    };
    let hash = match backend {
        DbBackend::Sqlite => "zeroblob(32)",
        DbBackend::Postgres => "decode(repeat('00', 32), 'hex')",
        _ => "''",
    };
    vec![
        format!(
            "INSERT INTO certificate (id, version, number, public_id, request_id, in_force, kind, service_name,
             conclusion, status, issued_at, issued_by, valid_from, valid_until, evaluated_on, holder_person_id,
             holder_name, holder_document, holder_birth_date, doctor_id, doctor_name, licence_number,
             institution_name, locale, pdf_key, pdf_sha256)
             SELECT a.id, 1, r.code, r.code, r.id, 1,
             CASE WHEN {n} % 100 = 0 THEN 'MENTAL_HEALTH' ELSE 'GENERAL' END, 'x', 'FIT',
             CASE WHEN {n} % 20 = 0 THEN 'REVOKED' ELSE 'VALID' END, r.created_at, r.registered_by, {from}, {until},
             {from}, p.id, p.name, p.document_number, p.birth_date, r.manager_id, 'x', 'x', 'x', 'es', r.code, 'x'
             {doctor}"
        ),
        format!(
            "INSERT INTO change_entry (id, object_kind, object_id, occurred_at, user_id, action)
             SELECT r.id, 'promoter source', CASE WHEN {n} % 2 = 0 THEN (SELECT id FROM promoter_source)
             ELSE r.id END, r.created_at, r.registered_by, 'EDIT' {clients}"
        ),
        format!(
            "INSERT INTO history_entry (id, request_id, occurred_at, user_id, action, separation_waived)
             SELECT r.id, (SELECT id FROM certification_request WHERE code = 'MC-2026-000000'), r.created_at,
             r.registered_by, 'EDIT', ({n} < 0) {clients}"
        ),
        format!(
            "INSERT INTO job (id, version, kind, dry_run, status, created_by, total, done, failed, tries, created_at,
             due_at, erase_at)
             SELECT r.id, 1, 'IMPORT_REQUESTS', ({n} < 0),
             CASE WHEN {n} % 100 = 0 THEN 'QUEUED' ELSE 'SUCCEEDED' END, r.registered_by, 1, 0, 0, 0, r.created_at,
             CASE WHEN {n} % 100 = 0 THEN r.created_at ELSE NULL END,
             CASE WHEN {n} % 100 = 1 THEN r.created_at ELSE NULL END {clients}"
        ),
        format!(
            "INSERT INTO job_line (id, job_id, number, outcome, duplicates)
             SELECT r.id, (SELECT id FROM certification_request WHERE code = 'MC-2026-000000'), {n} + 1,
             CASE WHEN {n} = 19000 THEN 'PENDING' WHEN {n} % 100 = 0 THEN 'REFUSED' ELSE 'OK' END, '[]' {clients}"
        ),
        format!(
            "INSERT INTO login_session (id, version, user_id, created_at, expires_at)
             SELECT r.id, 1, (SELECT id FROM user_account WHERE email = 'doc@example.org'), r.created_at,
             r.created_at {clients}"
        ),
        format!(
            "INSERT INTO stored_file (id, request_id, kind, name, media_type, size_bytes, sha256, uploaded_by,
             uploaded_at)
             SELECT r.id, r.id, 'OTHER', 'x', 'application/pdf', 1, {hash}, r.registered_by, r.created_at {clients}"
        ),
        format!("INSERT INTO discarded_object (object_key, discarded_at) SELECT r.code, r.created_at {clients}"),
        format!(
            "INSERT INTO person_guardian (person_id, guardian_id, relationship, created_at)
             SELECT p.id, (SELECT id FROM person WHERE document_number = 'CLIENT1'), 'PARENT', p.created_at {clients}"
        ),
    ]
}

/// The words of all of them, which are those of the client.
fn search_terms(backend: DbBackend) -> Vec<String> {
    let (_, m) = numbers(backend);
    let search_terms = |kind: &str, key: &str, id: &str, from: &str| {
        format!(
            "INSERT INTO entity_search_term (object_kind, word, sort_key, object_id)
             SELECT '{kind}', w.word, {key}, {id} {from} AND w.object_kind = 'person'"
        )
        .replace(" WHERE ", " JOIN entity_search_term w ON w.object_id = p.id WHERE ")
    };
    let issued = match backend {
        DbBackend::Sqlite => "r.created_at",
        DbBackend::Postgres => "to_char(r.created_at, 'YYYY-MM-DD HH24:MI:SS.US')",
        _ => "DATE_FORMAT(r.created_at, '%Y-%m-%d %H:%i:%s.%f')",
    };
    let (clients, manager, doctor) = (CLIENTS, assigned("MANAGER"), assigned("DOCTOR"));
    vec![
        search_terms("user", "p.name", "p.id", clients),
        search_terms("promoter", "p.name", "r.id", clients),
        search_terms("staff", "p.name", "a.id", &manager)
            .replace(" AND w.", &format!(" AND {m} % 10 <> 0 AND w.")),
        search_terms("certificate", issued, "a.id", &doctor),
    ]
}

/// Fills the directories.
pub(super) async fn directories(db: &DatabaseConnection) {
    let backend = db.get_database_backend();
    for sql in [people(backend), things(backend), search_terms(backend)].concat() {
        db.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }
}
