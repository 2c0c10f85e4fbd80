//! Whoever reads the files impersonates nobody.

use std::{fs, path::Path};

use authbench_session::SharedStore;
use authoriser::{Authoriser, conformance::customer};
use base64_simd::URL_SAFE_NO_PAD;

use crate::{
    common::{self, block_on, orders_of, sessions},
    open, over_each_engine,
};

over_each_engine!(a_dump_of_the_files_does_not_hold_the_id);

fn a_dump_of_the_files_does_not_hold_the_id<S: SharedStore>() {
    let folder = common::own_folder();
    let (design, clock) = sessions(open::<S>(&folder));
    let mut presented = Vec::new();
    block_on(async {
        let first = design.issue(&customer(7)).await.unwrap().reveal().as_bytes().to_vec();
        clock.advance(design.policy().touch_every());
        design.authorise(&first, &orders_of(7)).await.unwrap();
        let second = design.rotate(&first).await.unwrap().reveal().as_bytes().to_vec();
        let third = design.issue(&customer(7)).await.unwrap().reveal().as_bytes().to_vec();
        design.revoke(&third).await.unwrap();
        presented.extend([first, second, third]);
    });
    let hash = S::ID_FORM.hash(&presented[1]).unwrap();
    let check = || {
        let dump = files(&folder);
        let holds = |needle: &[u8]| dump.windows(needle.len()).any(|part| part == needle);
        assert!(holds(hash.as_bytes()), "the dump is no dump");
        for id in &presented {
            let raw = URL_SAFE_NO_PAD.decode_to_vec(id).unwrap();
            for needle in [&id[..], &id[..16], &raw, &raw[..8], &raw[24..]] {
                assert!(!holds(needle));
            }
        }
    };
    // With the log that is written first, and without it.
    check();
    drop(design);
    check();
}

fn files(folder: &Path) -> Vec<u8> {
    let entries = fs::read_dir(folder).unwrap();
    entries.flat_map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}
