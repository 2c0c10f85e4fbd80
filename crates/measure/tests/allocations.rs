#![allow(clippy::print_stdout, reason = "the closing line of a test without libtest")]
//! The counting allocator, in a process of its own: other tests' threads would be counted too.

use std::hint::black_box;

use authbench_measure::allocations::{CountingAllocator, count};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn main() {
    let (kept, heap) = count(|| black_box(vec![0_u8; 1_000]));
    assert_eq!((heap.allocations, heap.live_bytes), (1, 1_000));

    let ((), heap) = count(|| drop(black_box(vec![1_u8; 500])));
    assert_eq!((heap.allocations, heap.live_bytes), (1, 0));

    let (grown, heap) = count(move || {
        let mut kept = kept;
        kept.reserve_exact(1_000);
        black_box(kept)
    });
    assert_eq!((heap.allocations, heap.live_bytes), (1, 1_000));

    let ((), heap) = count(|| drop(grown));
    assert_eq!((heap.allocations, heap.live_bytes), (0, -2_000));

    let (sum, heap) = count(|| black_box(3) + black_box(4));
    assert_eq!((sum, heap.allocations, heap.live_bytes), (7, 0, 0));
    println!("5 passed, 0 failed");
}
