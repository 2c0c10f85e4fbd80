//! `authbench verify-jws`

use base64_simd::URL_SAFE_NO_PAD;
use jwt::{Algorithm, Jwk, MAX_JWK_BYTES, MAX_JWS_BYTES};
use serde_json::Value;

use crate::support::{Desk, Told};

/// The published examples that the library is held to.
const VECTORS: &str = include_str!("../../../jwt/tests/vectors/rfc.json");

const PAYLOAD: &str = "{\"sub\":\"42\",\n \"name\":\"ключ\"}";

/// Any payload under this key, with a header that names its algorithm.
fn sign(key: &Jwk, payload: impl AsRef<[u8]>) -> String {
    let header = URL_SAFE_NO_PAD.encode_to_string(format!(r#"{{"alg":"{}"}}"#, key.algorithm()));
    let input = format!("{header}.{}", URL_SAFE_NO_PAD.encode_to_string(payload));
    let signature = URL_SAFE_NO_PAD.encode_to_string(key.sign(input.as_bytes()).unwrap());
    format!("{input}.{signature}")
}

/// A desk with a key and a token of it.
fn desk() -> (Desk, String) {
    let desk = Desk::new();
    let key = Jwk::generate(Algorithm::Es256, "k1").unwrap();
    desk.write("key.json", key.to_public_json().unwrap());
    let token = sign(&key, PAYLOAD);
    desk.write("token.txt", &token);
    (desk, token)
}

fn verify(desk: &Desk) -> Told {
    desk.authbench("verify-jws --jwk key.json --token token.txt").run()
}

#[track_caller]
fn valid(told: Told, payload: &str) {
    let told = told.succeeded();
    assert_eq!((told.output, told.errors), (format!("valid\n{payload}\n"), String::new()));
}

#[track_caller]
fn invalid(told: Told, reason: &str) {
    let told = told.ended_with(1);
    assert_eq!((told.output, told.errors), (format!("invalid: {reason}\n"), String::new()));
}

/// No verdict: nothing on the output, and a message that holds these words.
#[track_caller]
fn unusable(told: Told, words: &[&str]) {
    let told = told.ended_with(2).said_on_errors(&[&["unusable: "], words].concat());
    assert_eq!(told.output, "");
}

#[test]
fn what_keys_generates_verifies_what_it_signed_and_nothing_else() {
    let desk = Desk::new();
    for algorithm in Algorithm::ALL {
        let (key, public) = (format!("{algorithm}.json"), format!("{algorithm}.pub.json"));
        let line = format!("keys --alg {algorithm} --private {key}");
        let secret = algorithm.name().starts_with("HS");
        let line = if secret { line } else { format!("{line} --public {public}") };
        desk.authbench(&line).run().succeeded();
        let signer = Jwk::parse(desk.read(&key).as_bytes()).unwrap();
        let token = sign(&signer, PAYLOAD);
        desk.write("token.txt", &token);
        let verify = |file: &str| desk.authbench(&format!("verify-jws --jwk {file} --token token.txt")).run();
        valid(verify(&key), PAYLOAD);
        let verifier = if secret { &key } else { &public };
        valid(verify(verifier), PAYLOAD);

        let (input, signature) = token.rsplit_once('.').unwrap();
        let mut bytes = URL_SAFE_NO_PAD.decode_to_vec(signature).unwrap();
        bytes[10] ^= 1;
        desk.write("token.txt", format!("{input}.{}", URL_SAFE_NO_PAD.encode_to_string(&bytes)));
        invalid(verify(verifier), "the signature does not match");
        let (header, _) = input.split_once('.').unwrap();
        let other = URL_SAFE_NO_PAD.encode_to_string(PAYLOAD.replace("42", "43"));
        desk.write("token.txt", format!("{header}.{other}.{signature}"));
        invalid(verify(verifier), "the signature does not match");
    }
}

#[test]
fn published_examples_verify_and_print_their_payload() {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    assert!(
        vectors
            .iter()
            .filter(|one| one["source"].as_str().unwrap().starts_with("RFC 7515, appendix A."))
            .count()
            >= 4
    );
    let desk = Desk::new();
    for vector in vectors {
        let token = vector["token"].as_str().unwrap();
        desk.write("key.json", vector["jwk"].to_string());
        desk.write("token.txt", token);
        valid(verify(&desk), vector["payload"].as_str().unwrap());
        desk.write("token.txt", token.replacen('.', ".A", 1));
        invalid(verify(&desk), "the signature does not match");
    }
}

#[test]
fn a_token_without_a_signature_is_invalid() {
    let (desk, token) = desk();
    let unsigned = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.";
    desk.write("token.txt", unsigned);
    invalid(verify(&desk), "the algorithm is not the key's");
    let (input, _) = token.rsplit_once('.').unwrap();
    for (text, reason) in [
        (format!("{input}."), "the signature has the wrong length"),
        (input.to_owned(), "a token has three parts"),
        (format!("{token}."), "a token has three parts"),
        (format!("{token}="), "the signature has the wrong length"),
        (String::new(), "a token has three parts"),
    ] {
        desk.write("token.txt", text);
        invalid(verify(&desk), reason);
    }
}

#[test]
fn a_token_comes_from_standard_input_as_well_and_so_does_a_key() {
    let (desk, token) = desk();
    let from_input = || desk.authbench("verify-jws --jwk key.json --token -");
    valid(from_input().reading(&token).run(), PAYLOAD);
    valid(from_input().reading(format!("{token}\n")).run(), PAYLOAD);
    invalid(from_input().reading("").run(), "a token has three parts");
    let key = desk.read("key.json");
    valid(desk.authbench("verify-jws --jwk - --token token.txt").reading(key).run(), PAYLOAD);
    let both = desk.authbench("verify-jws --jwk - --token -").reading(&token).run();
    unusable(both, &["both", "standard input"]);
}

#[test]
fn one_line_end_is_forgiven_and_nothing_else_is() {
    let (desk, token) = desk();
    for end in ["", "\n", "\r\n"] {
        desk.write("token.txt", format!("{token}{end}"));
        valid(verify(&desk), PAYLOAD);
    }
    for text in [
        format!("{token}\n\n"),
        format!("{token} "),
        format!("{token}\r"),
        format!("\n{token}"),
        format!(" {token}"),
    ] {
        desk.write("token.txt", text);
        assert!(verify(&desk).ended_with(1).output.starts_with("invalid: "));
    }
}

#[test]
fn a_payload_of_any_bytes_is_printed_as_it_is() {
    let desk = Desk::new();
    let key = Jwk::generate(Algorithm::Hs256, "k1").unwrap();
    desk.write("key.json", key.to_private_json());
    for payload in ["", "\u{0}\u{1b}[31m", "two\nlines\n"] {
        desk.write("token.txt", sign(&key, payload));
        valid(verify(&desk), payload);
    }
}

#[test]
fn what_cannot_be_read_is_named_and_is_no_verdict() {
    let (desk, _) = desk();
    let run = |line: &str| desk.authbench(&format!("verify-jws {line}")).run();
    unusable(run("--jwk nowhere.json --token token.txt"), &["cannot read nowhere.json", "No such file"]);
    unusable(run("--jwk key.json --token nowhere.txt"), &["cannot read nowhere.txt", "No such file"]);
    unusable(run("--jwk tmp --token token.txt"), &["cannot read tmp", "directory"]);
    run("--jwk key.json").made_no_sense(&["--token"]);
    run("--token token.txt").made_no_sense(&["--jwk"]);
}

#[test]
fn what_is_no_key_is_no_verdict_and_says_why() {
    let (desk, _) = desk();
    let rsa = Jwk::generate(Algorithm::Rs256, "k1").unwrap().to_public_json().unwrap();
    let good = desk.read("key.json");
    for (key, words) in [
        (String::new(), "no strict JSON"),
        ("not a key".to_owned(), "no strict JSON"),
        ("[]".to_owned(), "not an object"),
        ("{}".to_owned(), "kty is missing"),
        (format!(r#"{{"keys":[{good}]}}"#), "kty is missing"),
        (good.replacen('{', r#"{"kty":"EC","#, 1), "duplicate name"),
        (good.replace("ES256", "none"), "not supported"),
        (good.replace("ES256", "ES384"), "does not fit"),
        (rsa.replace(r#""alg":"RS256","#, ""), "names no algorithm"),
        (r#"{"kty":"oct","k":"AAAA"}"#.to_owned(), "names no algorithm"),
        (format!("{good}{}", " ".repeat(MAX_JWK_BYTES)), "too long"),
        ("-----BEGIN PUBLIC KEY-----\n".to_owned(), "no strict JSON"),
    ] {
        desk.write("key.json", key);
        unusable(verify(&desk), &["the key key.json", words]);
    }
}

#[test]
fn a_key_that_cannot_be_used_is_no_verdict() {
    let (desk, _) = desk();
    desk.write("key.json", desk.read("key.json").replace(r#""use":"sig""#, r#""use":"enc""#));
    unusable(verify(&desk), &["the key key.json: the key is not for verifying"]);
    desk.write("key.json", r#"{"kty":"oct","alg":"HS256","k":"AAAA"}"#);
    unusable(verify(&desk), &["the key key.json: a key of 3 bytes"]);
}

#[test]
fn a_set_of_keys_has_the_key_that_the_token_names() {
    let desk = Desk::new();
    let key = Jwk::generate(Algorithm::Rs256, "k1").unwrap();
    let public = key.to_public_json().unwrap().replace(r#""alg":"RS256","#, "");
    let other = Jwk::generate(Algorithm::Es256, "k2").unwrap().to_public_json().unwrap();
    desk.write("set.json", format!(r#"{{"keys":[{other},{public}]}}"#));
    let header = URL_SAFE_NO_PAD.encode_to_string(r#"{"alg":"RS256","kid":"k1"}"#);
    let input = format!("{header}.{}", URL_SAFE_NO_PAD.encode_to_string(PAYLOAD));
    let signature = URL_SAFE_NO_PAD.encode_to_string(key.sign(input.as_bytes()).unwrap());
    desk.write("token.txt", format!("{input}.{signature}"));
    let run = |arguments: &str| desk.authbench(&format!("verify-jws {arguments} --token token.txt")).run();
    valid(run("--jwks set.json --alg RS256"), PAYLOAD);
    unusable(run("--jwks set.json"), &["the key set set.json", "names no algorithm"]);
    unusable(run("--jwks set.json --alg PS256 --alg RS256"), &["names no algorithm"]);
    run("--jwks set.json --jwk set.json").ended_with(2);
    run("").ended_with(2);
    desk.write("set.json", format!(r#"{{"keys":[{public},{public}]}}"#));
    unusable(run("--jwks set.json --alg RS256"), &["two keys have the id"]);
}

#[test]
fn the_longest_token_is_read_and_a_longer_one_is_invalid() {
    let desk = Desk::new();
    let key = Jwk::generate(Algorithm::Hs256, "k1").unwrap();
    desk.write("key.json", key.to_private_json());
    // A header of 20 characters, a signature of 43, two dots.
    let room = MAX_JWS_BYTES - 20 - 43 - 2;
    let payload = "x".repeat(room / 4 * 3);
    let longest = sign(&key, &payload);
    assert!(longest.len() > MAX_JWS_BYTES - 4 && longest.len() <= MAX_JWS_BYTES);
    desk.write("token.txt", format!("{longest}\r\n"));
    valid(verify(&desk), &payload);
    for longer in [format!("{payload}xxx"), "x".repeat(4 * MAX_JWS_BYTES)] {
        desk.write("token.txt", sign(&key, longer));
        invalid(verify(&desk), "the token is too long");
    }
    // What comes after a line end is not overlooked, wherever reading stops.
    for more in ["\r\nx", "\r\n\r\n", "\nx", "\n\n\n\n"] {
        desk.write("token.txt", format!("{longest}{more}"));
        assert!(verify(&desk).ended_with(1).output.starts_with("invalid: "), "{more:?}");
    }
}

#[test]
fn the_help_tells_codes_and_shows_examples() {
    let desk = Desk::new();
    let help = |command: &str| desk.authbench(&format!("{command} --help")).run().succeeded();
    help("verify-jws").said(&[
        "Exit codes: 0 valid; 1 invalid; 2",
        "--token -",
        "authbench verify-jws --jwk key.json",
    ]);
    help("keys").said(&["authbench keys --alg ES256", "Neither is overwritten", "RFC 7638"]);
}
