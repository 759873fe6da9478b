//! The demonstration set: a small clinic that one can look around in at once.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use medcert_domain::{
    Country, Currency, Entity as _, Id, Locale, Money,
    catalog::{CertificateKind, NewSpecialty, Service, Specialty},
    identity::{User, UserStatus},
    institution::Institution,
    people::{Document, DocumentType, Person, Promoter, PromoterIdentity, Staff, StaffRole},
    policy::Role,
};

use crate::{
    App, Error,
    audited_entity::search_terms,
    identity::users,
    people,
    retry::{Failed, OnStale, run},
    store::UnitOfWork,
};

/// The password of the five accounts.
pub const PASSWORD: &str = "medcert-demo-2026";

/// What the doctor is a specialist of.
const PSYCHIATRY: &str = "Psiquiatría";

/// An account of the demonstration set.
struct DemoAccount {
    email: &'static str,
    given_names: &'static str,
    family_names: &'static str,
    role: Role,
    staff: Option<StaffRole>,
    status: UserStatus,
}

const ACCOUNTS: [DemoAccount; 5] = [
    DemoAccount {
        email: "admin@demo.medcert.test",
        given_names: "Alba",
        family_names: "Montero Ríos",
        role: Role::Admin,
        staff: None,
        status: UserStatus::Active,
    },
    DemoAccount {
        email: "operator@demo.medcert.test",
        given_names: "Octavio",
        family_names: "Paredes Luna",
        role: Role::Operator,
        staff: Some(StaffRole::Operator),
        status: UserStatus::Active,
    },
    DemoAccount {
        email: "manager@demo.medcert.test",
        given_names: "Marisol",
        family_names: "Quispe Flores",
        role: Role::Manager,
        staff: Some(StaffRole::Manager),
        status: UserStatus::Active,
    },
    DemoAccount {
        email: "doctor@demo.medcert.test",
        given_names: "Daniel",
        family_names: "Ibáñez Costa",
        role: Role::Doctor,
        staff: Some(StaffRole::Doctor),
        status: UserStatus::Active,
    },
    DemoAccount {
        email: "suspended@demo.medcert.test",
        given_names: "Sara",
        family_names: "Lozano Vera",
        role: Role::Operator,
        staff: None,
        status: UserStatus::Suspended,
    },
];

/// The addresses of the accounts, in the order administrator, operator, manager, doctor, suspended.
pub fn emails() -> [&'static str; 5] {
    ACCOUNTS.map(|account| account.email)
}

/// Writes the demonstration set into an installation without accounts; tells whether it did.
pub async fn install(app: &App) -> Result<bool, Error> {
    if app.store().any_user(UserStatus::Active).await? {
        return Ok(false);
    }
    let mut hashes = Vec::with_capacity(ACCOUNTS.len());
    for _ in &ACCOUNTS {
        hashes.push(app.parts.passwords.hash(PASSWORD).await?);
    }
    run(app, OnStale::Retry, async |uow: &mut dyn UnitOfWork| {
        if uow.count_users().await? > 0 {
            return Ok(false);
        }
        let peru = country("PE")?;
        institution(app, uow, peru).await?;
        services(app, uow).await?;
        let psychiatry = specialties(app, uow).await?;
        for (account, hash) in ACCOUNTS.iter().zip(&hashes) {
            user(app, uow, account, hash, psychiatry).await?;
        }
        directories(app, uow, peru).await?;
        Ok(true)
    })
    .await
}

fn wrong(what: &str) -> Failed {
    Error::internal(format!("the demonstration set has a wrong {what}")).into()
}

fn country(code: &str) -> Result<Country, Failed> {
    Country::parse(code).ok_or_else(|| wrong("country"))
}

async fn institution(app: &App, uow: &mut dyn UnitOfWork, country: Country) -> Result<(), Failed> {
    let unnamed = Institution::unnamed(app.now()).ok_or_else(|| wrong("institution"))?;
    let institution = Institution {
        name: "Clínica San Rafael S.A.C.".to_owned(),
        tax_id: Some("20601234565".to_owned()),
        address: Some("Av. Arequipa 2450, Lince, Lima".to_owned()),
        phone: Some("+51 1 555 0142".to_owned()),
        country,
        locale: Locale::Es,
        ..unnamed
    };
    Ok(uow.insert(&institution).await?)
}

async fn services(app: &App, uow: &mut dyn UnitOfWork) -> Result<(), Failed> {
    let pen = Currency::parse("PEN").ok_or_else(|| wrong("currency"))?;
    let offered = [
        ("Certificado de salud mental", 20_000, CertificateKind::MentalHealth, 365),
        ("Certificado médico ocupacional", 15_000, CertificateKind::OccupationalHealth, 365),
        ("Certificado médico para deporte", 12_000, CertificateKind::SportsFitness, 180),
    ];
    for (name, fee, certificate_kind, validity_days) in offered {
        let service = Service {
            id: app.id(),
            version: 0,
            name: name.to_owned(),
            description: None,
            fee: Money::new(fee, pen),
            certificate_kind,
            validity_days,
            active: true,
            created_at: app.now(),
            updated_at: app.now(),
        };
        uow.insert(&service).await?;
        uow.index_entry(Service::KIND, service.id.raw(), &search_terms([name])).await?;
    }
    Ok(())
}

/// Makes the specialties and gives the one that the doctor has.
async fn specialties(app: &App, uow: &mut dyn UnitOfWork) -> Result<Id<Specialty>, Failed> {
    let psychiatry = app.id();
    for (id, name) in
        [(psychiatry, PSYCHIATRY), (app.id(), "Cardiología"), (app.id(), "Medicina ocupacional")]
    {
        let new = NewSpecialty { name: name.to_owned(), active: true };
        uow.insert(&Specialty::create(id, new, app.now())).await?;
        uow.index_entry(Specialty::KIND, id.raw(), &search_terms([name])).await?;
    }
    Ok(psychiatry)
}

fn person(app: &App, given_names: &str, family_names: &str) -> Person {
    Person::named(app.id(), given_names, family_names, app.now())
}

async fn user(
    app: &App,
    uow: &mut dyn UnitOfWork,
    account: &DemoAccount,
    hash: &str,
    specialty: Id<Specialty>,
) -> Result<(), Failed> {
    let now = app.now();
    let email = Some(account.email.to_owned());
    let person = Person { email, ..person(app, account.given_names, account.family_names) };
    uow.insert(&person).await?;
    people::index(uow, &person).await?;
    if let Some(role) = account.staff {
        let doctor = role == StaffRole::Doctor;
        let staff = Staff {
            licence_number: doctor.then(|| "CMP 048231".to_owned()),
            licence_valid_until: now.date_naive().checked_add_days(Days::new(3650)).filter(|_| doctor),
            specialty: doctor.then(|| PSYCHIATRY.to_owned()),
            specialty_id: doctor.then_some(specialty),
            ..Staff::employed(app.id(), person.id, BTreeSet::from([role]), now)
        };
        uow.insert(&staff).await?;
        people::index_staff(uow, &person, &staff).await?;
    }
    let user = User {
        id: app.id(),
        version: 0,
        email: account.email.to_owned(),
        person: person.id,
        password_hash: hash.to_owned(),
        must_change_password: false,
        status: account.status,
        locale: Locale::Es,
        roles: BTreeSet::from([account.role]),
        grants: vec![],
        last_login_at: None,
        created_at: now,
        updated_at: now,
    };
    uow.insert(&user).await?;
    Ok(users::index(uow, &user, &person).await?)
}

async fn directories(app: &App, uow: &mut dyn UnitOfWork, peru: Country) -> Result<(), Failed> {
    let clients = [
        ("María Fernanda", "Rojas Salazar", "45871236", (1991, 4, 12), Locale::Es),
        ("Соломія", "Їжакевич", "60214578", (1988, 9, 3), Locale::Uk),
        ("João Pedro", "Almeida", "70125896", (2001, 12, 30), Locale::Pt),
    ];
    for (given, family, number, (year, month, day), locale) in clients {
        let document = Document::parse(DocumentType::Dni, peru, number).map_err(|_| wrong("document"))?;
        let client = Person {
            document: Some(document),
            birth_date: NaiveDate::from_ymd_opt(year, month, day),
            preferred_locale: Some(locale),
            ..person(app, given, family)
        };
        uow.insert(&client).await?;
        people::index(uow, &client).await?;
    }
    let company = "Transportes Andinos S.A.";
    let campaign = "Feria de la salud 2026";
    let promoters = [
        (PromoterIdentity::Company { legal_name: company.to_owned() }, company, Some("20512345675")),
        (PromoterIdentity::Other { name: campaign.to_owned() }, campaign, None),
    ];
    for (identity, name, tax_id) in promoters {
        let promoter = Promoter {
            tax_id: tax_id.map(ToOwned::to_owned),
            ..Promoter::named(app.id(), identity, name, app.now())
        };
        uow.insert(&promoter).await?;
        people::index_promoter(uow, &promoter, None).await?;
    }
    Ok(())
}
