//! Every design and peer of the list passes the conformance suite, and none accepts what another issued.

use std::{collections::BTreeMap, sync::Mutex};

use authoriser::{
    Authoriser, CoarseClock, Family, ManualClock,
    conformance::{Unavailable as NotHere, customer, services_are_required},
};
use servers::Service;

use crate::{Entry, Environment, Kind, Need, Visitor, visit};

/// One service of each kind for all tests of this process; or why there is none.
fn service(need: Need) -> Result<Service, NotHere> {
    static SERVICES: Mutex<BTreeMap<Need, Result<Service, NotHere>>> = Mutex::new(BTreeMap::new());
    let mut services = SERVICES.lock().expect("obtaining a service does not panic");
    let obtain = || need.obtain().map_err(|error| NotHere(error.to_string()));
    services.entry(need).or_insert_with(obtain).clone()
}

fn environment<E: Entry, C: authoriser::Clock>(clock: C) -> Result<Environment<C>, NotHere> {
    let with =
        |environment: Environment<C>, need: &Need| Ok(environment.with(*need, service(*need)?.address()));
    E::NEEDS.iter().try_fold(Environment::new(clock), with)
}

/// Builds an entry for the suite.
pub(crate) async fn build<E: Entry>(clock: ManualClock) -> Result<E::Authoriser<ManualClock>, NotHere> {
    let environment = environment::<E, _>(clock)?;
    E::build(&environment).await.map_err(|error| NotHere(error.0))
}

/// A credential of each entry, issued to user 7.
#[derive(Default)]
struct Issue(Vec<(&'static str, String)>);

impl Visitor for Issue {
    fn visit<E: Entry>(&mut self) {
        if E::KIND == Kind::Control {
            return;
        }
        let issued = runtime().block_on(async {
            let design =
                E::build(&environment::<E, _>(CoarseClock)?).await.map_err(|error| NotHere(error.0))?;
            assert_eq!(design.properties().family, E::FAMILY, "{} is listed under another family", E::ID);
            let durability = design.settings().into_iter().any(|(name, _)| name == "durability");
            let stores = E::FAMILY == Family::Stateful || !E::NEEDS.is_empty();
            assert_eq!(durability, stores, "{}: who has a store says what survives, and nobody else", E::ID);
            Ok::<_, NotHere>(design.issue(&customer(7)).await.unwrap().reveal().to_owned())
        });
        match issued {
            Ok(text) => self.0.push((E::ID, text)),
            Err(reason) => assert!(!services_are_required(), "{}: {reason}", E::ID),
        }
    }
}

/// Presents to each entry what all the others issued, at environments with other keys.
struct Refuse<'a>(&'a [(&'static str, String)]);

impl Visitor for Refuse<'_> {
    fn visit<E: Entry>(&mut self) {
        if E::KIND == Kind::Control {
            return;
        }
        runtime().block_on(async {
            let Ok(environment) = environment::<E, _>(CoarseClock) else { return };
            let Ok(design) = E::build(&environment).await else { return };
            let access = authoriser::AccessRequest {
                owner: authoriser::UserId(7),
                permission: authoriser::Permission::OrdersRead,
            };
            for (issuer, text) in self.0 {
                let answer = design.authorise(text.as_bytes(), &access).await;
                let denial = answer.expect_err(&format!("{} accepts what {issuer} issued elsewhere", E::ID));
                assert_eq!(denial.http_status(), 401, "{} on a credential of {issuer}", E::ID);
            }
        });
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn no_entry_accepts_what_another_environment_issued() {
    let mut issued = Issue::default();
    visit(&mut issued);
    assert!(issued.0.len() >= 2, "too few entries to compare");
    visit(&mut Refuse(&issued.0));
}

#[test]
fn ids_are_unique_and_fit_for_files_and_command_lines() {
    struct Ids(Vec<&'static str>);
    impl Visitor for Ids {
        fn visit<E: Entry>(&mut self) {
            self.0.push(E::ID);
        }
    }
    let mut ids = Ids(Vec::new());
    visit(&mut ids);
    for id in &ids.0 {
        assert!(
            id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{id}"
        );
    }
    let count = ids.0.len();
    ids.0.sort_unstable();
    ids.0.dedup();
    assert_eq!(ids.0.len(), count);
}
