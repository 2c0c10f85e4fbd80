//! Whole requests: over HTTP, at given rates, at a distance, across services.

use std::time::Duration;

use measure::record::{Profile, Question};

use super::BASE;
use crate::{jobs::Attack, questions::Case};

const ATTACK_OVER_HTTP: Case =
    Case { question: Question::Attack, population: 32, in_flight: 16, over_http: true, common: true, ..BASE };
const REQUEST: Case = Case { question: Question::Request, ..BASE };
const LOAD: Case = Case { question: Question::Load, in_flight: 256, common: true, ..BASE };
/// Few users: every login goes to the store, at its distance, before anything is timed.
const DISTANCE: Case = Case { question: Question::Distance, population: 100, ..BASE };
const FAN_OUT: Case = Case { question: Question::FanOut, population: 8, ..BASE };

pub(super) const CASES: &[Case] = &[
    Case {
        name: "over-http-genuine",
        about: "a good credential to the example service over HTTP, for comparison; 16 keep-alive connections",
        ..ATTACK_OVER_HTTP
    },
    Case {
        name: "over-http-garbage",
        about: "as many random printable characters as a credential has, over HTTP",
        attack: Attack::Garbage,
        ..ATTACK_OVER_HTTP
    },
    Case {
        name: "over-http-oversized",
        about: "a good credential and 8 KiB after it, which an HTTP server still takes",
        attack: Attack::Oversized,
        from: Profile::Standard,
        ..ATTACK_OVER_HTTP
    },
    Case {
        name: "over-http-forged",
        about: "a good credential with one character of its proof changed, over HTTP",
        attack: Attack::Forged,
        ..ATTACK_OVER_HTTP
    },
    Case {
        name: "over-http-foreign",
        about: "a well-formed credential that somebody else issued, over HTTP",
        attack: Attack::Foreign,
        from: Profile::Standard,
        ..ATTACK_OVER_HTTP
    },
    Case {
        name: "over-http-expired",
        about: "a credential whose time is over, over HTTP; the store may have forgotten it",
        attack: Attack::Expired,
        from: Profile::Standard,
        ..ATTACK_OVER_HTTP
    },
    Case {
        name: "64-connections",
        about: "64 keep-alive connections, each with its next request once the last is answered; 1 000 logged-in users ask for their own profile",
        in_flight: 64,
        ..REQUEST
    },
    Case {
        name: "1-connection",
        about: "one keep-alive connection, one request after another; 1 000 logged-in users ask for their own profile",
        common: true,
        from: Profile::Standard,
        ..REQUEST
    },
    Case {
        name: "256-connections",
        about: "256 keep-alive connections, each with its next request once the last is answered; 1 000 logged-in users ask for their own profile",
        in_flight: 256,
        common: true,
        from: Profile::Standard,
        ..REQUEST
    },
    Case {
        name: "5k-per-second",
        about: "5 000 requests a second over 256 connections, spaced as independent users space them (Poisson)",
        rate: Some(5_000.0),
        ..LOAD
    },
    Case {
        name: "10k-per-second",
        about: "10 000 requests a second over 256 connections, spaced as independent users space them (Poisson)",
        rate: Some(10_000.0),
        from: Profile::Standard,
        ..LOAD
    },
    Case {
        name: "20k-per-second",
        about: "20 000 requests a second over 256 connections, spaced as independent users space them (Poisson)",
        rate: Some(20_000.0),
        ..LOAD
    },
    Case {
        name: "40k-per-second",
        about: "40 000 requests a second over 256 connections, spaced as independent users space them (Poisson)",
        rate: Some(40_000.0),
        from: Profile::Standard,
        ..LOAD
    },
    Case {
        name: "80k-per-second",
        about: "80 000 requests a second over 256 connections, spaced as independent users space them (Poisson)",
        rate: Some(80_000.0),
        from: Profile::Standard,
        ..LOAD
    },
    Case { name: "no-distance", about: "the store on this machine; one request after another", ..DISTANCE },
    Case {
        name: "100-us",
        about: "the store 0.1 ms of round trip away, by a proxy that holds every byte back; one request after another",
        distance: Some(Duration::from_micros(100)),
        ..DISTANCE
    },
    Case {
        name: "500-us",
        about: "the store 0.5 ms of round trip away, by a proxy that holds every byte back; one request after another",
        distance: Some(Duration::from_micros(500)),
        from: Profile::Standard,
        ..DISTANCE
    },
    Case {
        name: "1000-us",
        about: "the store 1 ms of round trip away, by a proxy that holds every byte back; one request after another",
        distance: Some(Duration::from_micros(1_000)),
        ..DISTANCE
    },
    Case {
        name: "5000-us",
        about: "the store 5 ms of round trip away, by a proxy that holds every byte back; one request after another",
        distance: Some(Duration::from_micros(5_000)),
        from: Profile::Standard,
        ..DISTANCE
    },
    Case {
        name: "30000-us",
        about: "the store 30 ms of round trip away, by a proxy that holds every byte back; one request after another",
        distance: Some(Duration::from_micros(30_000)),
        from: Profile::Standard,
        ..DISTANCE
    },
    Case {
        name: "no-distance-64-in-flight",
        about: "the store on this machine; 64 requests in flight at once where a server is asked",
        in_flight: 64,
        from: Profile::Standard,
        ..DISTANCE
    },
    Case {
        name: "1000-us-64-in-flight",
        about: "the store 1 ms of round trip away; 64 requests in flight at once where a server is asked",
        in_flight: 64,
        distance: Some(Duration::from_micros(1_000)),
        from: Profile::Standard,
        ..DISTANCE
    },
    Case {
        question: Question::Login,
        name: "argon2id",
        about: "one login after another over one connection, with a right password against its Argon2id hash (19 MiB, 2 passes, 1 lane)",
        common: true,
        ..BASE
    },
    Case {
        name: "1-service",
        about: "a request to one service, which decides; one request after another",
        services: 1,
        ..FAN_OUT
    },
    Case {
        name: "3-services",
        about: "a request crosses three services, each of which asks the next over HTTP and decides for itself; one request after another",
        services: 3,
        ..FAN_OUT
    },
    Case {
        name: "10-services",
        about: "a request crosses ten services, each of which asks the next over HTTP and decides for itself; one request after another",
        services: 10,
        ..FAN_OUT
    },
    Case {
        name: "1-service-16-in-flight",
        about: "requests to one service, which decides; 16 at once",
        services: 1,
        in_flight: 16,
        from: Profile::Standard,
        ..FAN_OUT
    },
    Case {
        name: "3-services-16-in-flight",
        about: "requests cross three services, each of which asks the next over HTTP and decides for itself; 16 at once",
        services: 3,
        in_flight: 16,
        from: Profile::Standard,
        ..FAN_OUT
    },
    Case {
        name: "10-services-16-in-flight",
        about: "requests cross ten services, each of which asks the next over HTTP and decides for itself; 16 at once",
        services: 10,
        in_flight: 16,
        from: Profile::Standard,
        ..FAN_OUT
    },
];
