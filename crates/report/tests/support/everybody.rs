//! Who takes part in the synthetic run: about as many as the suite's catalogue has, every figure invented.

use std::collections::BTreeMap;

use measure::record::{Declared, Entry, Kind};

/// A contestant with its invented figures.
#[derive(Clone, Debug)]
pub(crate) struct One {
    pub(crate) id: &'static str,
    pub(crate) kind: Kind,
    pub(crate) family: &'static str,
    /// Where the server keeps state.
    pub(crate) state: &'static str,
    pub(crate) floor: Option<&'static str>,
    /// Nanoseconds to issue and to authorise.
    pub(crate) issue: f64,
    pub(crate) authorise: f64,
    /// The header line that the credential adds.
    pub(crate) bytes: f64,
    /// What the server keeps for a session.
    pub(crate) kept: f64,
}

impl One {
    pub(crate) fn is_stateful(&self) -> bool {
        self.family == "stateful"
    }

    /// Whether a server of its own is waited for.
    pub(crate) fn waits(&self) -> bool {
        self.state == "shared store"
    }
}

const HMAC: Option<&str> = Some("floor-hmac-sha256");
const RS256: Option<&str> = Some("floor-rs256");
const ES256: Option<&str> = Some("floor-es256");
const EDDSA: Option<&str> = Some("floor-eddsa");
const PROBE: Option<&str> = Some("floor-flat-probe");
const PING: Option<&str> = Some("floor-redis-ping");

type Token = (&'static str, Kind, Option<&'static str>, f64, f64, f64);

const TOKENS: &[Token] = &[
    ("jwt-hs256", Kind::Design, HMAC, 345.0, 330.0, 372.0),
    ("jwt-hs384", Kind::Design, None, 1_580.0, 1_370.0, 394.0),
    ("jwt-hs512", Kind::Design, None, 1_560.0, 1_420.0, 416.0),
    ("jwt-rs256", Kind::Design, RS256, 313_000.0, 19_900.0, 672.0),
    ("jwt-ps256", Kind::Design, None, 323_000.0, 21_000.0, 672.0),
    ("jwt-es256", Kind::Design, ES256, 19_600.0, 67_500.0, 416.0),
    ("jwt-es384", Kind::Design, None, 103_000.0, 240_000.0, 458.0),
    ("jwt-eddsa", Kind::Design, EDDSA, 12_500.0, 43_800.0, 416.0),
    ("jwt-key-set", Kind::Design, EDDSA, 12_600.0, 43_950.0, 438.0),
    ("paseto-v4-local", Kind::Design, None, 1_900.0, 1_750.0, 441.0),
    ("paseto-v4-public", Kind::Design, EDDSA, 12_900.0, 44_100.0, 420.0),
    ("cookie-signed", Kind::Design, HMAC, 420.0, 395.0, 356.0),
    ("cookie-encrypted", Kind::Design, None, 810.0, 690.0, 389.0),
    ("jsonwebtoken-rust-crypto-hs256", Kind::Peer, HMAC, 1_560.0, 3_540.0, 372.0),
    ("jsonwebtoken-aws-lc-hs256", Kind::Peer, HMAC, 1_940.0, 3_800.0, 372.0),
    ("jsonwebtoken-aws-lc-rs256", Kind::Peer, RS256, 401_000.0, 27_000.0, 672.0),
    ("jsonwebtoken-aws-lc-es256", Kind::Peer, ES256, 26_500.0, 71_300.0, 416.0),
    ("jsonwebtoken-aws-lc-eddsa", Kind::Peer, EDDSA, 21_000.0, 49_900.0, 416.0),
    ("jwt-simple-hs256", Kind::Peer, HMAC, 2_100.0, 4_400.0, 380.0),
    ("jwt-simple-eddsa", Kind::Peer, EDDSA, 31_000.0, 61_000.0, 424.0),
    ("jwt-crate-hs256", Kind::Peer, HMAC, 2_450.0, 4_950.0, 372.0),
    ("jwt-compact-hs256", Kind::Peer, HMAC, 2_020.0, 4_120.0, 372.0),
    ("josekit-hs256", Kind::Peer, HMAC, 5_900.0, 7_800.0, 372.0),
    ("pasetors-v4-local", Kind::Peer, None, 4_300.0, 6_100.0, 441.0),
    ("pasetors-v4-public", Kind::Peer, EDDSA, 26_000.0, 58_000.0, 420.0),
    ("biscuit-auth-eddsa", Kind::Peer, EDDSA, 61_000.0, 190_000.0, 690.0),
    ("axum-extra-cookie-signed", Kind::Peer, HMAC, 1_300.0, 1_450.0, 356.0),
    ("axum-extra-cookie-private", Kind::Peer, None, 1_700.0, 1_900.0, 389.0),
];

type Store = (&'static str, Kind, &'static str, Option<&'static str>, f64, f64, f64);

const STORES: &[Store] = &[
    ("session-memory", Kind::Design, "this process", PROBE, 412.0, 96.0, 206.0),
    ("session-redis", Kind::Design, "shared store", PING, 61_200.0, 54_300.0, 354.0),
    ("session-redis-cluster", Kind::Design, "shared store", PING, 74_000.0, 66_000.0, 371.0),
    ("session-memcached", Kind::Design, "shared store", None, 55_000.0, 48_100.0, 298.0),
    ("session-postgres", Kind::Design, "shared store", None, 212_000.0, 94_000.0, 612.0),
    ("session-sqlite", Kind::Design, "file of this server", None, 31_000.0, 8_700.0, 334.0),
    ("session-redb", Kind::Design, "file of this server", None, 44_000.0, 2_350.0, 441.0),
    ("session-fjall", Kind::Design, "file of this server", None, 9_200.0, 3_120.0, 187.0),
    ("session-lmdb", Kind::Design, "file of this server", None, 27_000.0, 1_280.0, 402.0),
    ("dashmap", Kind::Peer, "this process", PROBE, 520.0, 171.0, 318.0),
    ("moka", Kind::Peer, "this process", PROBE, 1_900.0, 402.0, 561.0),
    ("papaya", Kind::Peer, "this process", PROBE, 610.0, 158.0, 340.0),
    ("scc", Kind::Peer, "this process", PROBE, 540.0, 166.0, 296.0),
    ("tower-sessions-memory", Kind::Peer, "this process", PROBE, 2_600.0, 1_920.0, 890.0),
    ("tower-sessions-redis", Kind::Peer, "shared store", PING, 96_000.0, 71_000.0, 690.0),
    ("jwt-deny-list-memory", Kind::Design, "this process", HMAC, 351.0, 412.0, 64.0),
    ("jwt-refresh-redis", Kind::Design, "shared store", HMAC, 62_500.0, 338.0, 354.0),
];

/// Every design and peer.
pub(crate) fn everybody() -> Vec<One> {
    let tokens = TOKENS.iter().map(|(id, kind, floor, issue, authorise, bytes)| One {
        id,
        kind: *kind,
        family: "stateless",
        state: "none",
        floor: *floor,
        issue: *issue,
        authorise: *authorise,
        bytes: *bytes,
        kept: 0.0,
    });
    let stores = STORES.iter().map(|(id, kind, state, floor, issue, authorise, kept)| One {
        id,
        kind: *kind,
        family: if id.starts_with("jwt") { "hybrid" } else { "stateful" },
        state,
        floor: *floor,
        issue: *issue,
        authorise: *authorise,
        bytes: if id.starts_with("jwt") { 380.0 } else { 68.0 },
        kept: *kept,
    });
    tokens.chain(stores).collect()
}

/// What bounds them, and what the harness costs: id, kind, nanoseconds of one operation.
pub(crate) const BOUNDS: &[(&str, Kind, f64)] = &[
    ("control-none", Kind::Control, 1.2),
    ("control-static", Kind::Control, 14.0),
    ("floor-hmac-sha256", Kind::Floor, 181.0),
    ("floor-sha256-of-input", Kind::Floor, 112.0),
    ("floor-rs256", Kind::Floor, 19_400.0),
    ("floor-es256", Kind::Floor, 66_800.0),
    ("floor-eddsa", Kind::Floor, 43_300.0),
    ("floor-flat-probe", Kind::Floor, 72.0),
    ("floor-map-probe", Kind::Floor, 21.0),
    ("floor-redis-ping", Kind::Floor, 48_700.0),
];

/// The catalogue's lines.
pub(crate) fn entries() -> Vec<Entry> {
    let declared = |one: &One| Declared {
        family: one.family.to_owned(),
        state: one.state.to_owned(),
        revocation: if one.family == "stateless" { "only by expiry" } else { "next request" }.to_owned(),
        outage: match one.state {
            "shared store" => "denies (503)",
            "this process" => "logins die with the process",
            _ => "no store to lose",
        }
        .to_owned(),
        transport: if one.is_stateful() { "cookie" } else { "bearer header" }.to_owned(),
        lifetime_s: 3_600,
        idle_timeout_s: None,
    };
    let settings = |one: &One| {
        let durability = match one.state {
            "this process" => "none: lost with the process",
            "shared store" => "the server's own",
            _ => return BTreeMap::new(),
        };
        BTreeMap::from([("durability".to_owned(), durability.to_owned())])
    };
    let contestants = everybody().into_iter().map(|one| Entry {
        id: one.id.to_owned(),
        common: false,
        kind: one.kind,
        about: format!("what {} does, in a phrase of the usual length", one.id),
        properties: Some(declared(&one)),
        settings: settings(&one),
        needs: if one.id.contains("redis") { vec!["Redis".to_owned()] } else { Vec::new() },
        unavailable: None,
    });
    let bounds = BOUNDS.iter().map(|(id, kind, _)| Entry {
        id: (*id).to_owned(),
        common: false,
        kind: *kind,
        about: format!("what {id} does, in a phrase"),
        properties: None,
        settings: BTreeMap::new(),
        needs: Vec::new(),
        unavailable: None,
    });
    contestants.chain(bounds).collect()
}
