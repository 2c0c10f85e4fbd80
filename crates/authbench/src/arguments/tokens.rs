//! What the commands about single tokens and keys take.

use std::path::PathBuf;

use clap::Args;
use jwt::Algorithm;

#[derive(Args, Debug)]
#[command(after_help = "\
Prints `valid` and then the payload, or `invalid: REASON`. The key's `alg` binds it to one \
algorithm, which the token must name exactly. A key without it is taken where its type leaves no \
choice (EC, Ed25519), or where one algorithm of --alg is for its type. In a set, two keys of the \
token's kid, or secrets beside public keys, leave the verdict open. One line end after the token is \
forgiven, nothing else is.

Exit codes: 0 valid; 1 invalid; 2 the key or the file is unusable, so there is no verdict.

Examples:
  authbench verify-jws --jwk key.json --token token.txt
  authbench verify-jws --jwks issuer.json --alg RS256 --token token.txt
  printf %s \"$TOKEN\" | authbench verify-jws --jwk key.json --token -")]
pub(crate) struct VerifyJws {
    /// The key, as JSON (RFC 7517); - for standard input
    #[arg(long, value_name = "FILE|-", required_unless_present = "jwks", conflicts_with = "jwks")]
    pub(crate) jwk: Option<PathBuf>,
    /// A set of keys, in which the token's kid says which one; - for standard input
    #[arg(long, value_name = "FILE|-")]
    pub(crate) jwks: Option<PathBuf>,
    /// Take this algorithm only (may be repeated); it binds a key that names none
    #[arg(long, value_parser = algorithm)]
    pub(crate) alg: Vec<Algorithm>,
    /// The token; - for standard input
    #[arg(long, value_name = "FILE|-")]
    pub(crate) token: PathBuf,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Both files are JWKs (RFC 7517) that carry their algorithm and, as their id, their thumbprint
(RFC 7638). The private one is readable by you alone. Neither is overwritten.

Example:
  authbench keys --alg ES256 --private key.json --public key.pub.json")]
pub(crate) struct Keys {
    /// The algorithm, e.g. HS256, RS256, PS256, ES256, ES384, EdDSA
    #[arg(long, value_parser = algorithm)]
    pub(crate) alg: Algorithm,
    /// Where the private key, or the secret, goes
    #[arg(long, value_name = "FILE")]
    pub(crate) private: PathBuf,
    /// Where the public key goes; a secret has none
    #[arg(long, value_name = "FILE")]
    pub(crate) public: Option<PathBuf>,
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    Algorithm::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
        format!("it is one of {}", names.join(", "))
    })
}
