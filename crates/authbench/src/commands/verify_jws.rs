//! `authbench verify-jws`

use std::{
    fs,
    io::{self, Read, Write},
    path::Path,
    process::ExitCode,
};

use crate::arguments::VerifyJws;

/// There is no verdict: nothing usable was given.
const UNUSABLE: u8 = 2;

pub(crate) fn run(arguments: &VerifyJws) -> anyhow::Result<ExitCode> {
    let input = Path::new("-");
    let Some(keys) = arguments.jwk.as_ref().or(arguments.jwks.as_ref()) else {
        return Ok(refuse("there is neither a key nor a set of keys"));
    };
    if keys == input && arguments.token == input {
        return Ok(refuse("key and token cannot both come from standard input"));
    }
    let (text, token) = match read(keys).and_then(|text| Ok((text, read(&arguments.token)?))) {
        Ok(both) => both,
        Err(unusable) => return Ok(refuse(&unusable)),
    };
    let token = without_line_end(&token);
    let (what, outcome) = if arguments.jwk.is_some() {
        let key = jwt::Jwk::parse_for(&text, &arguments.alg).map_err(jwt::Reason::from);
        ("key", key.and_then(|key| key.verify_jws(token)))
    } else {
        ("key set", jwt::verify_jws_with_set(&text, token, &arguments.alg))
    };
    match outcome {
        Ok(payload) => {
            let mut output = io::stdout().lock();
            output.write_all(b"valid\n")?;
            output.write_all(&payload)?;
            output.write_all(b"\n")?;
            Ok(ExitCode::SUCCESS)
        }
        Err(reason) if reason.is_unusable_input() => {
            Ok(refuse(&format!("the {what} {}: {reason}", keys.display())))
        }
        Err(reason) => {
            writeln!(io::stdout(), "invalid: {reason}")?;
            Ok(ExitCode::FAILURE)
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    // A little more than the longest that is looked at with its line end, so that a token that is too long is found to
    // be so.
    let limit = jwt::MAX_JWS_BYTES as u64 + 3;
    let mut content = Vec::new();
    let outcome = if path == Path::new("-") {
        io::stdin().take(limit).read_to_end(&mut content)
    } else {
        fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut content))
    };
    outcome.map(|_| content).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Files and `echo` end in one; it is not part of the token.
fn without_line_end(token: &[u8]) -> &[u8] {
    token.strip_suffix(b"\r\n").or_else(|| token.strip_suffix(b"\n")).unwrap_or(token)
}

fn refuse(reason: &str) -> ExitCode {
    anstream::eprintln!("unusable: {reason}");
    ExitCode::from(UNUSABLE)
}
