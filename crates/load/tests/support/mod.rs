//! A server with a thread for each connection.

use std::{
    io::Read,
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
};

use authbench_load::{Deserved, Exchange};

/// What [`exchanges`] deserve.
pub(crate) const RIGHT: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A server with a thread for each connection; `handle` answers each whole request. It ends with the test's process.
pub(crate) fn serve(handle: impl Fn(&mut TcpStream) -> bool + Clone + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(mut stream), handle) = (stream, handle.clone()) else { return };
            let _ = stream.set_nodelay(true);
            thread::spawn(move || {
                let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
                while let Ok(count @ 1..) = stream.read(&mut buffer) {
                    seen.extend_from_slice(&buffer[..count]);
                    if seen.ends_with(b"\r\n\r\n") {
                        seen.clear();
                        if !handle(&mut stream) {
                            return;
                        }
                    }
                }
            });
        }
    });
    address
}

/// One request that deserves [`RIGHT`].
pub(crate) fn exchanges() -> Vec<Exchange> {
    vec![Exchange::get("localhost", "/", &[], Deserved { status: 200, body: Some(b"ok".to_vec()) })]
}
