//! `authbench serve`

use std::{
    io::{self, Write},
    process::ExitCode,
};

use service::{Options, ServeError, TlsFiles};

use crate::arguments::Serve;

pub(crate) fn run(arguments: &Serve) -> anyhow::Result<ExitCode> {
    let options = Options {
        design: arguments.design.clone(),
        listen: arguments.listen,
        users: arguments.users,
        store_url: arguments.store_url.clone(),
        tls: arguments
            .tls_cert
            .clone()
            .zip(arguments.tls_key.clone())
            .map(|(certificate, key)| TlsFiles { certificate, key }),
        log: arguments.log,
        until_input_ends: arguments.until_input_ends,
    };
    let served = service::serve(&options, |ready| {
        let mut output = io::stdout().lock();
        serde_json::to_writer(&mut output, ready).map_err(io::Error::from)?;
        writeln!(output)?;
        output.flush()
    });
    match served {
        Ok(()) => Ok(ExitCode::SUCCESS),
        // As clap ends a command line that makes no sense.
        Err(error @ (ServeError::UnknownDesign(_) | ServeError::NoStore(_))) => {
            anstream::eprintln!("error: {error}");
            Ok(ExitCode::from(2))
        }
        Err(error) => Err(error.into()),
    }
}
