//! The generation of a CPU's cores, from the numbers that it gives of itself. Virtual machines often name the maker only.

use crate::cpuinfo::field;

/// The generation that `/proc/cpuinfo` describes, where it is known.
///
/// AMD: "Revision Guide" of each family. Intel: "Intel 64 and IA-32 Architectures Software Developer's Manual", volume 4,
/// table 2-1. Arm: the technical reference manual of each core, register MIDR_EL1.
pub(crate) fn of(cpuinfo: &str) -> Option<&'static str> {
    let number = |name| field(cpuinfo, name).and_then(|text| parse(&text));
    match field(cpuinfo, "vendor_id").as_deref() {
        Some("AuthenticAMD") => amd(number("cpu family")?, number("model")?),
        Some("GenuineIntel") => intel(number("cpu family")?, number("model")?),
        _ => arm(number("CPU implementer")?, number("CPU part")?),
    }
}

/// Decimal, or hexadecimal with `0x`.
fn parse(text: &str) -> Option<u32> {
    text.strip_prefix("0x").map_or_else(|| text.parse().ok(), |digits| u32::from_str_radix(digits, 16).ok())
}

const fn amd(family: u32, model: u32) -> Option<&'static str> {
    match (family, model) {
        (0x17, 0x00..=0x2f) => Some("Zen"),
        (0x17, 0x30..=0xaf) => Some("Zen 2"),
        (0x19, 0x00..=0x0f | 0x20..=0x5f) => Some("Zen 3"),
        (0x19, 0x10..=0x1f | 0x60..=0x7f | 0xa0..=0xaf) => Some("Zen 4"),
        (0x1a, _) => Some("Zen 5"),
        _ => None,
    }
}

const fn intel(family: u32, model: u32) -> Option<&'static str> {
    match (family, model) {
        (6, 0x4f | 0x56) => Some("Broadwell"),
        (6, 0x55) => Some("Skylake or Cascade Lake"),
        (6, 0x6a | 0x6c) => Some("Ice Lake"),
        (6, 0x8f) => Some("Sapphire Rapids"),
        (6, 0xcf) => Some("Emerald Rapids"),
        (6, 0xad | 0xae) => Some("Granite Rapids"),
        (6, 0x97 | 0x9a) => Some("Alder Lake"),
        (6, 0xb7 | 0xba | 0xbf) => Some("Raptor Lake"),
        _ => None,
    }
}

const fn arm(implementer: u32, part: u32) -> Option<&'static str> {
    match (implementer, part) {
        (0x41, 0xd0c) => Some("Neoverse N1"),
        (0x41, 0xd40) => Some("Neoverse V1"),
        (0x41, 0xd49) => Some("Neoverse N2"),
        (0x41, 0xd4f) => Some("Neoverse V2"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_of_one_name_are_told_apart() {
        let amd = |family, model| {
            format!(
                "vendor_id\t: AuthenticAMD\ncpu family\t: {family}\nmodel\t\t: {model}\nmodel name\t: AMD EPYC\n"
            )
        };
        for (family, model, name) in
            [(23, 49, "Zen 2"), (25, 1, "Zen 3"), (25, 17, "Zen 4"), (26, 2, "Zen 5")]
        {
            assert_eq!(of(&amd(family, model)), Some(name));
        }
        assert_eq!(of(&amd(99, 1)), None);
    }

    #[test]
    fn other_makers_are_known() {
        let intel = "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\n";
        assert_eq!(of(intel), Some("Sapphire Rapids"));
        assert_eq!(of("CPU implementer\t: 0x41\nCPU part\t: 0xd40\n"), Some("Neoverse V1"));
        assert_eq!(of(""), None);
    }
}
