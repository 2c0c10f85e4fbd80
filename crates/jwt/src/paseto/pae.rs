//! Pre-authentication encoding (PASETO specification, "Authentication Padding"): how many pieces, and before each piece its
//! length, so that no byte can move from one piece to its neighbour.

/// A count or a length, as 64 bits in little-endian order. The highest bit is to be clear, and no slice is that long.
#[inline]
pub(super) const fn le64(number: usize) -> [u8; 8] {
    (number as u64).to_le_bytes()
}

/// The last two pieces of each encoding: footer and implicit assertion. A design encodes them once.
pub(super) fn tail(footer: &[u8], implicit_assertion: &[u8]) -> Box<[u8]> {
    [&le64(footer.len()), footer, &le64(implicit_assertion.len()), implicit_assertion].concat().into()
}

/// The whole encoding, as the specification defines it.
#[cfg(test)]
pub(super) fn encode(pieces: &[&[u8]]) -> Vec<u8> {
    let mut encoding = le64(pieces.len()).to_vec();
    for piece in pieces {
        encoding.extend(le64(piece.len()));
        encoding.extend_from_slice(piece);
    }
    encoding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification() {
        assert_eq!(encode(&[]), [0; 8]);
        assert_eq!(encode(&[b""]), [[1, 0, 0, 0, 0, 0, 0, 0], [0; 8]].concat());
        let test = b"\x01\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0test";
        assert_eq!(encode(&[b"test"]), test);
    }

    #[test]
    fn the_tail_ends_the_encoding() {
        let whole = encode(&[b"h", b"m", b"footer", b"assertion"]);
        assert!(whole.ends_with(&tail(b"footer", b"assertion")));
        assert_eq!(*tail(b"", b""), [0; 16]);
        assert_ne!(tail(b"ab", b"c"), tail(b"a", b"bc"));
    }
}
