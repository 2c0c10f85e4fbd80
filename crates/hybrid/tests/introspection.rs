//! Tokens about which an authorisation server is asked: what its answers may do, and what they may not.

#![allow(
    clippy::unwrap_used,
    reason = "a panic in a test is the report of a failure, in its helpers as well"
)]

mod common;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use authbench_hybrid::{
    AuthorisationServer, CacheConfig, CachedIntrospection, Introspection, IntrospectionConfig,
    IntrospectionFault,
};
use authoriser::{
    Authoriser, Denial, ManualClock, Proof, UserId,
    conformance::{Unavailable, outage_holds_its_declaration, revocation_reaches_another_process},
};
use common::{
    ask, before, block_on, clock,
    counting::{Counting, CountingClock},
    issue,
    log::Log,
    orders_of, own_prefix,
};
use session::{MemoryStore, RedisStore, SessionPolicy, SessionStore, SharedStore, StoreError};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const TTL: Duration = Duration::from_secs(2);
const CONFIG: CacheConfig = CacheConfig { ttl: TTL, capacity: 1_000 };
const NAMES: (&str, &str) = ("https://auth.example.com", "https://api.example.com");

type Server<S> = Arc<AuthorisationServer<S, ManualClock>>;

async fn server_over<S: SessionStore>(
    store: impl Future<Output = Result<S, StoreError>> + Send + 'static,
    clock: &ManualClock,
) -> Result<Server<S>, Unavailable> {
    let names = (NAMES.0.to_owned(), NAMES.1.to_owned());
    let server =
        AuthorisationServer::start(store, SessionPolicy::default(), clock.clone(), names, || {}).await;
    Ok(Arc::new(server.map_err(|error| Unavailable(error.to_string()))?))
}

async fn over_redis(
    address: &str,
    prefix: &str,
    clock: &ManualClock,
) -> Result<Server<RedisStore>, Unavailable> {
    let (address, prefix) = (address.to_owned(), prefix.to_owned());
    server_over(async move { RedisStore::open(&address, &prefix).await }, clock).await
}

async fn over_memory(clock: &ManualClock) -> Server<MemoryStore> {
    server_over(async { Ok(MemoryStore::new()) }, clock).await.unwrap()
}

fn asking<S: SessionStore>(server: &Server<S>, clock: &ManualClock) -> Introspection<S, ManualClock> {
    Introspection::new(Arc::clone(server), server.config().clone(), clock.clone()).unwrap()
}

fn remembering<S: SessionStore>(
    server: &Server<S>,
    clock: &ManualClock,
) -> CachedIntrospection<S, ManualClock> {
    CachedIntrospection::new(asking(server, clock), CONFIG)
}

authoriser::conformance!(over_sessions_in_memory, |clock| async move {
    Ok(asking(&over_memory(&clock).await, &clock))
});

authoriser::conformance!(over_sessions_in_redis, |clock| async move {
    Ok(asking(&over_redis(common::redis()?, &own_prefix(), &clock).await?, &clock))
});

authoriser::conformance!(remembered, |clock| async move {
    Ok(remembering(&over_redis(common::redis()?, &own_prefix(), &clock).await?, &clock))
});

#[test]
fn what_one_process_revokes_another_denies_in_time() {
    block_on(async {
        let clock = clock();
        let server = over_memory(&clock).await;
        revocation_reaches_another_process(&asking(&server, &clock), &asking(&server, &clock), &clock).await;
        let (here, there) = (remembering(&server, &clock), remembering(&server, &clock));
        revocation_reaches_another_process(&here, &there, &clock).await;
    });
}

#[test]
fn without_redis_it_denies_or_serves_for_as_long_as_declared() {
    let address = service!();
    block_on(async {
        let clock = clock();
        let (proxy, url) = before(address);
        let server = over_redis(&url, &own_prefix(), &clock).await.unwrap();
        outage_holds_its_declaration(&asking(&server, &clock), &clock, || proxy.cut()).await;
        let (proxy, url) = before(address);
        let server = over_redis(&url, &own_prefix(), &clock).await.unwrap();
        outage_holds_its_declaration(&remembering(&server, &clock), &clock, || proxy.cut()).await;
    });
}

#[test]
fn an_answer_that_is_remembered_costs_one_reading_of_the_clock() {
    block_on(async {
        let clock = CountingClock::new(clock());
        let names = (NAMES.0.to_owned(), NAMES.1.to_owned());
        let store = async { Ok(MemoryStore::new()) };
        let server = AuthorisationServer::start(store, SessionPolicy::default(), clock.clone(), names, || {});
        let server = Arc::new(server.await.unwrap());
        let config = server.config().clone();
        let asking = Introspection::new(server, config, clock.clone()).unwrap();
        let design = CachedIntrospection::new(asking, CONFIG);
        let token = issue(&design, 7).await;
        let presented = token.reveal().as_bytes();
        let proof = async || design.authorise(presented, &orders_of(7)).await.unwrap().proof;
        assert_eq!(proof().await, Proof::StoreHit);
        clock.take();
        assert_eq!((proof().await, clock.take()), (Proof::CacheHit, 1));
    });
}

#[test]
fn many_who_miss_at_once_ask_once_and_inactive_tokens_are_not_kept() {
    block_on(async {
        let clock = clock();
        let (gets, touches) = <(Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let store = Counting { store: MemoryStore::new(), gets: Arc::clone(&gets), touches };
        let server = server_over(async { Ok(store) }, &clock).await.unwrap();
        let (proxy, url) = before(&server.config().url);
        let config = IntrospectionConfig { url, ..server.config().clone() };
        let asking = Introspection::new(Arc::clone(&server), config, clock.clone()).unwrap();
        let design = CachedIntrospection::new(asking, CONFIG);
        let token = issue(&design, 7).await;
        let all = (0..100).map(|_| ask(&design, &token, 7));
        assert!(futures_util::future::join_all(all).await.iter().all(Result::is_ok));
        assert_eq!(gets.load(Relaxed), 1, "the server looks up whatever it is asked about");
        for _ in 0..10 {
            let foreign = MemoryStore::ID_FORM.draw(UserId(7)).0;
            assert_eq!(ask(&design, &foreign, 7).await, Err(Denial::Unknown));
        }
        assert_eq!(design.remembered(), 1, "what is not active pushes out nothing");
        proxy.cut();
        let grant = design.authorise(token.reveal().as_bytes(), &orders_of(7)).await.unwrap();
        assert_eq!(grant.proof, Proof::CacheHit);
        let other = issue(&design, 8).await;
        assert_eq!(ask(&design, &other, 8).await, Err(Denial::StoreUnavailable), "nobody can be asked");
        clock.advance(TTL);
        assert_eq!(ask(&design, &token, 7).await, Err(Denial::StoreUnavailable));
    });
}

#[test]
fn a_remembered_token_expires_at_its_second() {
    block_on(async {
        let clock = clock();
        let server = over_memory(&clock).await;
        let design =
            CachedIntrospection::new(asking(&server, &clock), CacheConfig { ttl: TTL * 100_000, ..CONFIG });
        let token = issue(&design, 7).await;
        assert_eq!(ask(&design, &token, 7).await, Ok(()));
        // Only what was remembered speaks for it: the server would say that it idled out long ago.
        clock.advance(SessionPolicy::default().absolute() - Duration::from_secs(1));
        assert_eq!(ask(&design, &token, 7).await, Ok(()));
        clock.advance(Duration::from_secs(1));
        assert_eq!(ask(&design, &token, 7).await, Err(Denial::Expired));
    });
}

/// An authorisation server that says the same to everybody, and counts how often.
struct Fake {
    url: String,
    asked: Arc<AtomicUsize>,
    says: Arc<Mutex<Vec<u8>>>,
}

impl Fake {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/introspect", listener.local_addr().unwrap());
        let (asked, says) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<u8>>>::default());
        let (count, text) = (Arc::clone(&asked), Arc::clone(&says));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (count, text) = (Arc::clone(&count), Arc::clone(&text));
                tokio::spawn(async move {
                    let mut request = [0; 4_096];
                    while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                        count.fetch_add(1, Relaxed);
                        let answer = text.lock().unwrap().clone();
                        if answer.is_empty() {
                            std::future::pending::<()>().await;
                        }
                        let _ = stream.write_all(&answer).await;
                    }
                });
            }
        });
        Self { url, asked, says }
    }

    fn says(&self, answer: Vec<u8>) {
        *self.says.lock().unwrap() = answer;
    }
}

fn http(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn active(issuer: &str, audience: &str) -> String {
    let members = r#""active":true,"sub":"7","scope":"orders:read","exp":99999999999"#;
    format!(r#"{{{members},"iss":"{issuer}","aud":"{audience}"}}"#)
}

/// Each answer that is none, presented to both designs: never an accept, a typed denial, one line in the log, and the server asked
/// again each time.
#[test]
fn whatever_is_no_answer_is_denied_and_told_once() {
    let (log, _subscribed) = Log::of_this_thread();
    // On this thread alone, where the log is listened to.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = clock();
        let server = over_memory(&clock).await;
        let fake = Fake::start().await;
        let config = IntrospectionConfig {
            url: fake.url.clone(),
            timeout: Duration::from_millis(150),
            ..server.config().clone()
        };
        let new = || Introspection::new(Arc::clone(&server), config.clone(), clock.clone()).unwrap();
        let long = format!(r#"{{"active":false,"x":"{}"}}"#, "x".repeat(100_000));
        let endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        let cases = [
            (http("<html>active: true</html>"), Denial::StoreUnavailable, IntrospectionFault::NotAnAnswer),
            (http(r#"{"active":"true"}"#), Denial::StoreUnavailable, IntrospectionFault::NotAnAnswer),
            (http(r#"{"active":true}"#), Denial::StoreUnavailable, IntrospectionFault::Incomplete),
            (Vec::new(), Denial::StoreUnavailable, IntrospectionFault::TimedOut),
            (endless, Denial::StoreUnavailable, IntrospectionFault::TimedOut),
            (http(&long), Denial::StoreUnavailable, IntrospectionFault::TooLong),
            (b"nonsense\r\n\r\n".to_vec(), Denial::StoreUnavailable, IntrospectionFault::Http),
            (
                b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec(),
                Denial::StoreUnavailable,
                IntrospectionFault::Status(302),
            ),
            (
                http(&active(NAMES.0, "https://other.example.com")),
                Denial::Unknown,
                IntrospectionFault::Foreign,
            ),
            (
                http(&active("https://other.example.com", NAMES.1)),
                Denial::Unknown,
                IntrospectionFault::Foreign,
            ),
        ];
        let token = issue(&new(), 7).await;
        for (answer, denial, fault) in cases {
            fake.says(answer);
            let (asking, remembering) = (new(), CachedIntrospection::new(new(), CONFIG));
            let began = Instant::now();
            let before = fake.asked.load(Relaxed);
            for _ in 0..3 {
                assert_eq!(ask(&asking, &token, 7).await, Err(denial), "{fault}");
                assert_eq!(ask(&remembering, &token, 7).await, Err(denial), "{fault}");
            }
            assert_eq!((asking.last_fault(), remembering.last_fault()), (Some(fault), Some(fault)));
            assert_eq!(remembering.remembered(), 0, "{fault}");
            assert!(fake.asked.load(Relaxed) >= before + 6, "{fault}: it was not asked again");
            assert!(began.elapsed() < 20 * config.timeout, "{fault}: {:?}", began.elapsed());
            let told = log.take();
            assert_eq!(told.matches("could not be introspected").count(), 2, "one line a design: {told}");
            assert!(told.contains(&fault.to_string()) && !told.contains(token.reveal()), "{told}");

            fake.says(http(&active(NAMES.0, NAMES.1)));
            // A connection whose last answer never ended is not used again.
            assert_eq!(ask(&asking, &token, 7).await, Ok(()), "after {fault}");
            let told = log.take();
            assert_eq!(told.contains("answers again"), fault != IntrospectionFault::Foreign, "{told}");
        }
    });
}

#[test]
fn a_server_that_nobody_can_reach_is_a_store_that_is_away() {
    block_on(async {
        let clock = clock();
        let server = over_memory(&clock).await;
        let config = IntrospectionConfig {
            url: "http://127.0.0.1:1/introspect".to_owned(),
            ..server.config().clone()
        };
        let design = Introspection::new(Arc::clone(&server), config, clock).unwrap();
        let token = issue(&design, 7).await;
        assert_eq!(ask(&design, &token, 7).await, Err(Denial::StoreUnavailable));
        assert_eq!(design.last_fault(), Some(IntrospectionFault::Http));
    });
}

#[test]
fn only_the_client_that_it_knows_is_answered() {
    block_on(async {
        let clock = clock();
        let server = over_memory(&clock).await;
        let config = IntrospectionConfig { client_secret: "guessed".to_owned(), ..server.config().clone() };
        let design = Introspection::new(Arc::clone(&server), config, clock.clone()).unwrap();
        let token = issue(&design, 7).await;
        assert_eq!(ask(&design, &token, 7).await, Err(Denial::StoreUnavailable));
        assert_eq!(design.last_fault(), Some(IntrospectionFault::Status(401)));
        let shown = format!("{design:?} {server:?}");
        assert!(
            !shown.contains(&server.config().client_secret) && !shown.contains(token.reveal()),
            "{shown}"
        );
        assert_eq!(ask(&asking(&server, &clock), &token, 7).await, Ok(()));
    });
}

/// Sends one raw request and reads the status.
async fn status(server: &Server<MemoryStore>, request: String) -> String {
    let authority = server.config().url.split('/').nth(2).unwrap().to_owned();
    let mut stream = tokio::net::TcpStream::connect(&authority).await.unwrap();
    stream.write_all(request.replace("HOST", &authority).as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn the_server_takes_one_form_at_one_place() {
    block_on(async {
        let server = over_memory(&clock()).await;
        let pair = format!("{}:{}", server.config().client_id, server.config().client_secret);
        let basic = base64_simd::STANDARD.encode_to_string(pair.as_bytes());
        let request = |line: &str, body: &str| {
            format!(
                "{line} HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\nauthorization: Basic {basic}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
        };
        let post = "POST /introspect";
        for (asked, expected) in [
            (request(post, "token=x"), "200"),
            (request(post, "token_type_hint=access_token"), "400"),
            (request(post, "token=x&token=y"), "400"),
            (request(post, &format!("token={}", "x".repeat(5_000))), "413"),
            (request("GET /introspect", ""), "405"),
            (request("POST /other", "token=x"), "404"),
            (request(post, "token=x").replace("Basic ", "Basic A"), "401"),
            (request(post, "token=x").replace("authorization", "x-authorization"), "401"),
        ] {
            assert_eq!(status(&server, asked.clone()).await, expected, "{asked}");
        }
    });
}
