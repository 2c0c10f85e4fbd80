//! Binding a whole process. Alone in its program, as it is this program that is bound.
#![cfg(target_os = "linux")]

use std::{sync::mpsc, thread};

use authbench_measure::affinity::{allowed, bind};

#[test]
fn all_threads_of_a_process_are_bound() {
    let cpu = *allowed().last().unwrap();
    let (ready, begun) = mpsc::channel();
    let (go, wait) = mpsc::channel::<()>();
    let other = thread::spawn(move || {
        ready.send(()).unwrap();
        let _ = wait.recv();
        allowed()
    });
    begun.recv().unwrap();
    bind(Some(std::process::id()), cpu);
    drop(go);
    assert_eq!(other.join().unwrap(), [cpu], "a thread that was there before");
    assert_eq!(allowed(), [cpu]);
    assert_eq!(thread::spawn(allowed).join().unwrap(), [cpu], "a thread that came later");
}
