//! One marker a kind, different in shape as well as in colour.

use measure::record::Kind;

use super::{
    canvas::{Canvas, Failure},
    palette::Ink,
};

/// Half the size of a marker, in pixels.
pub(crate) const RADIUS: f64 = 4.6;

/// Draws the marker of `kind`: designs a disc, peers a diamond, controls a square, floors a triangle, twins a ring.
pub(crate) fn mark(canvas: &Canvas<'_>, (x, y): (f64, f64), kind: Kind) -> Result<(), Failure> {
    let ink = Ink::of(kind);
    let r = RADIUS;
    match kind {
        Kind::Design => canvas.disc((x, y), r, ink),
        Kind::Twin => {
            canvas.disc((x, y), r, Ink::Paper)?;
            canvas.ring((x, y), r - 0.6, ink)
        }
        Kind::Peer => {
            let r = r * 1.25;
            canvas.shape(&[(x, y - r), (x + r, y), (x, y + r), (x - r, y)], ink)
        }
        Kind::Control => {
            let r = r * 0.85;
            canvas.shape(&[(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)], ink)
        }
        Kind::Floor => {
            let r = r * 1.15;
            canvas.shape(&[(x, y - r), (x + r, y + r * 0.75), (x - r, y + r * 0.75)], ink)
        }
    }
}

/// Draws the interval behind a marker: a bar with end strokes, which shows where it is longer than the marker.
pub(crate) fn interval_across(
    canvas: &Canvas<'_>,
    (low, high): (f64, f64),
    y: f64,
    kind: Kind,
) -> Result<(), Failure> {
    let ink = Ink::of(kind);
    canvas.line(&[(low, y), (high, y)], ink, 2.0)?;
    if high - low > 2.0 * RADIUS {
        for end in [low, high] {
            canvas.line(&[(end, y - 4.0), (end, y + 4.0)], ink, 1.6)?;
        }
    }
    Ok(())
}

/// The same upright.
pub(crate) fn interval_upright(
    canvas: &Canvas<'_>,
    x: f64,
    (low, high): (f64, f64),
    kind: Kind,
) -> Result<(), Failure> {
    let ink = Ink::of(kind);
    canvas.line(&[(x, low), (x, high)], ink, 2.0)?;
    if (high - low).abs() > 2.0 * RADIUS {
        for end in [low, high] {
            canvas.line(&[(x - 4.0, end), (x + 4.0, end)], ink, 1.6)?;
        }
    }
    Ok(())
}
