//! The kernels for x86-64: two messages with SHA instructions, sixteen with AVX-512.

use std::arch::x86_64::{
    __m128i, __m512i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_loadu_si128, _mm_set_epi64x,
    _mm_setzero_si128, _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8,
    _mm_shuffle_epi32, _mm_storeu_si128, _mm512_add_epi32, _mm512_loadu_si512, _mm512_mask_add_epi32,
    _mm512_ror_epi32, _mm512_set1_epi32, _mm512_set4_epi32, _mm512_setzero_si512, _mm512_shuffle_epi8,
    _mm512_shuffle_i32x4, _mm512_srli_epi32, _mm512_storeu_si512, _mm512_ternarylogic_epi32,
    _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use std::ops::Range;

use super::lane::{BLOCK, Kernel, Lane, State};

/// SHA-256's constants (FIPS 180-4, section 4.2.2).
#[rustfmt::skip]
const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/// Two messages, where the processor has SHA instructions.
pub(super) fn pair() -> Option<Kernel<2>> {
    let here = is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1");
    here.then_some(|states, lanes, blocks| {
        // SAFETY: the processor has the two features, which is all that calling it demands.
        unsafe { compress_pair(states, lanes, blocks) }
    })
}

/// Sixteen messages, where the processor has AVX-512.
pub(super) fn sixteen() -> Option<Kernel<16>> {
    let here = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
    here.then_some(|states, lanes, blocks| {
        // SAFETY: the processor has the two features, which is all that calling it demands.
        unsafe { compress_sixteen(states, lanes, blocks) }
    })
}

/// Both lanes take every step, round by round: while the rounds of one wait for each other, those of the other run.
#[target_feature(enable = "sha,sse4.1")]
fn compress_pair(states: &mut [State; 2], lanes: &[Lane<'_>; 2], blocks: Range<usize>) {
    let mut abef = [_mm_setzero_si128(); 2];
    let mut cdgh = abef;
    for lane in 0..2 {
        // The instructions want the words of a state in this order.
        let (halves, _) = states[lane].as_chunks();
        let (cdab, efgh) = (
            _mm_shuffle_epi32(load_words(&halves[0]), 0xb1),
            _mm_shuffle_epi32(load_words(&halves[1]), 0x1b),
        );
        abef[lane] = _mm_alignr_epi8(cdab, efgh, 8);
        cdgh[lane] = _mm_blend_epi16(efgh, cdab, 0xf0);
    }
    debug_assert!(
        lanes.iter().all(|lane| lane.blocks >= blocks.end),
        "a pair is left when one of it has ended"
    );
    for number in blocks {
        let before = (abef, cdgh);
        let mut words = [load_block(lanes[0].block(number)), load_block(lanes[1].block(number))];
        for rounds in 0..4 {
            for i in 0..4 {
                let (constants, _) = K[16 * rounds..].as_chunks();
                let constants = load_words(&constants[i]);
                for lane in 0..2 {
                    let w = &mut words[lane];
                    if rounds > 0 {
                        let (next, later, last) = (w[(i + 1) % 4], w[(i + 2) % 4], w[(i + 3) % 4]);
                        let sum =
                            _mm_add_epi32(_mm_sha256msg1_epu32(w[i], next), _mm_alignr_epi8(last, later, 4));
                        w[i] = _mm_sha256msg2_epu32(sum, last);
                    }
                    let input = _mm_add_epi32(w[i], constants);
                    cdgh[lane] = _mm_sha256rnds2_epu32(cdgh[lane], abef[lane], input);
                    let input = _mm_shuffle_epi32(input, 0x0e);
                    abef[lane] = _mm_sha256rnds2_epu32(abef[lane], cdgh[lane], input);
                }
            }
        }
        for lane in 0..2 {
            abef[lane] = _mm_add_epi32(abef[lane], before.0[lane]);
            cdgh[lane] = _mm_add_epi32(cdgh[lane], before.1[lane]);
        }
    }
    for lane in 0..2 {
        let (feba, dchg) = (_mm_shuffle_epi32(abef[lane], 0x1b), _mm_shuffle_epi32(cdgh[lane], 0xb1));
        let (halves, _) = states[lane].as_chunks_mut();
        store_words(&mut halves[0], _mm_blend_epi16(feba, dchg, 0xf0));
        store_words(&mut halves[1], _mm_alignr_epi8(dchg, feba, 8));
    }
}

#[inline]
#[target_feature(enable = "sse2")]
fn load_words(words: &[u32; 4]) -> __m128i {
    // SAFETY: sixteen bytes are read where sixteen are; they need not be aligned.
    unsafe { _mm_loadu_si128(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "sse2")]
fn store_words(words: &mut [u32; 4], value: __m128i) {
    // SAFETY: sixteen bytes are written where sixteen are; they need not be aligned.
    unsafe { _mm_storeu_si128(words.as_mut_ptr().cast(), value) }
}

/// A block as words, whose bytes are the other way round.
#[inline]
#[target_feature(enable = "ssse3")]
fn load_block(block: &[u8; BLOCK]) -> [__m128i; 4] {
    let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    let mut words = [swap; 4];
    for (words, bytes) in words.iter_mut().zip(block.as_chunks::<16>().0) {
        // SAFETY: sixteen bytes are read where sixteen are; they need not be aligned.
        *words = _mm_shuffle_epi8(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }, swap);
    }
    words
}

/// Each vector holds one word of all lanes.
#[target_feature(enable = "avx512f,avx512bw")]
fn compress_sixteen(states: &mut [State; 16], lanes: &[Lane<'_>; 16], blocks: Range<usize>) {
    let mut state = [_mm512_setzero_si512(); 8];
    for (word, vector) in state.iter_mut().enumerate() {
        let words: [u32; 16] = std::array::from_fn(|lane| states[lane][word]);
        // SAFETY: 64 bytes are read where 64 are; they need not be aligned.
        *vector = unsafe { _mm512_loadu_si512(words.as_ptr().cast()) };
    }
    for number in blocks {
        let mut w = load_transposed(&lanes.each_ref().map(|lane| lane.block(number)));
        let live = lanes.iter().rev().fold(0, |live, lane| live << 1 | u16::from(number < lane.blocks));
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        for (sixteen, constants) in K.as_chunks::<16>().0.iter().enumerate() {
            // A macro, as the compiler would leave a loop of so much a loop, and its words in memory.
            macro_rules! rounds {
                ($($i:literal)*) => {$(
                    if sixteen > 0 {
                        let (near, far) = (w[($i + 1) % 16], w[($i + 14) % 16]);
                        let near = xor3(
                            _mm512_ror_epi32(near, 7), _mm512_ror_epi32(near, 18), _mm512_srli_epi32(near, 3));
                        let far = xor3(
                            _mm512_ror_epi32(far, 17), _mm512_ror_epi32(far, 19), _mm512_srli_epi32(far, 10));
                        w[$i] = _mm512_add_epi32(
                            _mm512_add_epi32(w[$i], near), _mm512_add_epi32(w[($i + 9) % 16], far));
                    }
                    // What depends on the round before is added last: sums wait for each other, not for adders.
                    let early = _mm512_add_epi32(h, _mm512_add_epi32(w[$i], _mm512_set1_epi32(constants[$i].cast_signed())));
                    let early = _mm512_add_epi32(early, _mm512_ternarylogic_epi32(e, f, g, 0xca));
                    let sum = xor3(_mm512_ror_epi32(e, 6), _mm512_ror_epi32(e, 11), _mm512_ror_epi32(e, 25));
                    let first = _mm512_add_epi32(early, sum);
                    let new_e = _mm512_add_epi32(_mm512_add_epi32(d, early), sum);
                    let sum = xor3(_mm512_ror_epi32(a, 2), _mm512_ror_epi32(a, 13), _mm512_ror_epi32(a, 22));
                    let second = _mm512_add_epi32(_mm512_ternarylogic_epi32(a, b, c, 0xe8), sum);
                    (h, g, f, e) = (g, f, e, new_e);
                    (d, c, b, a) = (c, b, a, _mm512_add_epi32(first, second));
                )*};
            }
            rounds!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        }
        for (before, after) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *before = _mm512_mask_add_epi32(*before, live, *before, after);
        }
    }
    for (word, vector) in state.iter().enumerate() {
        let mut words = [0_u32; 16];
        // SAFETY: 64 bytes are written where 64 are; they need not be aligned.
        unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), *vector) };
        for (state, new) in states.iter_mut().zip(words) {
            state[word] = new;
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn xor3(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32(a, b, c, 0x96)
}

/// Sixteen blocks, a vector each, become sixteen words of all blocks.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load_transposed(blocks: &[&[u8; BLOCK]; 16]) -> [__m512i; 16] {
    let swap = _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203);
    let mut rows = [swap; 16];
    for (row, block) in rows.iter_mut().zip(blocks) {
        // SAFETY: 64 bytes are read where 64 are; they need not be aligned.
        *row = _mm512_shuffle_epi8(unsafe { _mm512_loadu_si512(block.as_ptr().cast()) }, swap);
    }
    // Squares of four by four words within the quarters of a vector, then the quarters.
    for four in rows.as_chunks_mut::<4>().0 {
        let [a, b, c, d] = *four;
        let (ab, cd) = (_mm512_unpacklo_epi32(a, b), _mm512_unpacklo_epi32(c, d));
        let (ab_high, cd_high) = (_mm512_unpackhi_epi32(a, b), _mm512_unpackhi_epi32(c, d));
        *four = [
            _mm512_unpacklo_epi64(ab, cd),
            _mm512_unpackhi_epi64(ab, cd),
            _mm512_unpacklo_epi64(ab_high, cd_high),
            _mm512_unpackhi_epi64(ab_high, cd_high),
        ];
    }
    let mut words = rows;
    for i in 0..4 {
        let (even, even_too) = (
            _mm512_shuffle_i32x4(rows[i], rows[4 + i], 0x88),
            _mm512_shuffle_i32x4(rows[8 + i], rows[12 + i], 0x88),
        );
        let (odd, odd_too) = (
            _mm512_shuffle_i32x4(rows[i], rows[4 + i], 0xdd),
            _mm512_shuffle_i32x4(rows[8 + i], rows[12 + i], 0xdd),
        );
        words[i] = _mm512_shuffle_i32x4(even, even_too, 0x88);
        words[4 + i] = _mm512_shuffle_i32x4(odd, odd_too, 0x88);
        words[8 + i] = _mm512_shuffle_i32x4(even, even_too, 0xdd);
        words[12 + i] = _mm512_shuffle_i32x4(odd, odd_too, 0xdd);
    }
    words
}
