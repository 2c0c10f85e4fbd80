//! The colours, by what they are for. The drawing library writes light colours into the SVG; afterwards each gets a
//! class, through which a theme overrides it ([`super::svg`]).

use measure::record::Kind;
use plotters::style::RGBColor;

/// What a colour is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Text that must be read.
    Text,
    /// Text beside it.
    Muted,
    /// Grid lines.
    Grid,
    /// The lines that lead an eye from one mark to another.
    Lead,
    /// What is behind everything: the inside of hollow marks.
    Paper,
    /// Marks of designs.
    Design,
    /// Marks of peers.
    Peer,
    /// Marks of controls.
    Control,
    /// Marks of floors.
    Floor,
    /// What must not be.
    Alarm,
}

/// Every ink with its class, its light and its dark colour. All light colours differ, so that they can be told apart
/// in the drawn file. Text and marks keep a contrast of 4.5 to their paper in both themes (WCAG 2.2, 1.4.3).
const INKS: [(Ink, &str, u32, u32); 10] = [
    (Ink::Text, "text", 0x1b_1b1a, 0xec_eae5),
    (Ink::Muted, "muted", 0x5c_5c58, 0xa9_a8a2),
    (Ink::Grid, "grid", 0xdf_deda, 0x33_363c),
    (Ink::Lead, "lead", 0xb4_b3ae, 0x5d_6168),
    (Ink::Paper, "paper", 0xff_fefc, 0x15_171b),
    (Ink::Design, "design", 0x0b_5cad, 0x74_b4ff),
    (Ink::Peer, "peer", 0xb0_4a12, 0xff_a566),
    (Ink::Control, "control", 0x63_6369, 0xb3_b3ba),
    (Ink::Floor, "floor", 0x1a_7562, 0x5f_c9b0),
    (Ink::Alarm, "alarm", 0xb0_1c3c, 0xff_8ba0),
];

impl Ink {
    pub(crate) const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Design | Kind::Twin => Self::Design,
            Kind::Peer => Self::Peer,
            Kind::Control => Self::Control,
            Kind::Floor => Self::Floor,
        }
    }

    pub(crate) fn colour(self) -> RGBColor {
        let light = INKS.iter().find(|(ink, ..)| *ink == self).map_or(0, |(_, _, light, _)| *light);
        let [_, red, green, blue] = light.to_be_bytes();
        RGBColor(red, green, blue)
    }
}

/// Each class with its light colour as the drawing library writes it.
pub(crate) fn classes() -> impl Iterator<Item = (&'static str, String)> {
    INKS.into_iter().map(|(_, class, light, _)| (class, format!("#{light:06X}")))
}

/// The rules that fill the classes in, light and dark, for a page or for a chart by itself.
pub(crate) fn theme() -> String {
    let values = |dark: bool| -> String {
        INKS.iter()
            .map(|(_, class, light, night)| format!("--{class}:#{:06x};", if dark { night } else { light }))
            .collect()
    };
    let rules: String = INKS
        .iter()
        .map(|(_, class, ..)| format!(".f-{class}{{fill:var(--{class})}}.s-{class}{{stroke:var(--{class})}}"))
        .collect();
    // Paper is white: a printed page takes the light colours whatever the screen has.
    format!(
        ":root{{{}}}@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}{rules}",
        values(false),
        values(true)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.2.
    fn luminance(colour: u32) -> f64 {
        let [_, red, green, blue] = colour.to_be_bytes();
        let [red, green, blue] = [red, green, blue].map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: u32, other: u32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn what_must_be_read_stands_out_in_both_themes() {
        let paper = INKS.iter().find(|(ink, ..)| *ink == Ink::Paper).unwrap();
        for (ink, class, light, dark) in INKS {
            if matches!(ink, Ink::Grid | Ink::Lead | Ink::Paper) {
                continue;
            }
            assert!(contrast(light, paper.2) >= 4.5, "{class} on light paper");
            assert!(contrast(dark, paper.3) >= 4.5, "{class} on dark paper");
        }
    }

    #[test]
    fn light_colours_can_be_told_apart_in_a_drawn_file() {
        let mut all: Vec<String> = classes().map(|(_, colour)| colour).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), INKS.len());
    }
}
