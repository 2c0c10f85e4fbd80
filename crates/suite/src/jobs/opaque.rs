//! A number that the compiler knows nothing of, kept in a register.
#![allow(
    unsafe_code,
    reason = "std's black_box goes through memory, which takes longer than what some rows are about"
)]

/// The same number.
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
#[inline]
pub(crate) fn opaque(number: u64) -> u64 {
    let mut same = number;
    // SAFETY: no instruction at all; the register keeps what it holds.
    unsafe {
        std::arch::asm!("/* {0} */", inout(reg) same, options(pure, nomem, nostack, preserves_flags));
    }
    same
}

/// The same number.
#[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
#[inline]
pub(crate) fn opaque(number: u64) -> u64 {
    std::hint::black_box(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_number() {
        for number in [0, 1, u64::MAX] {
            assert_eq!(opaque(number), number);
        }
    }
}
