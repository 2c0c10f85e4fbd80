//! For how long an issuer says that its answer may be used (RFC 9111, sections 4.2 and 5.2.2).

use std::time::Duration;

use hyper::{
    HeaderMap,
    header::{AGE, CACHE_CONTROL},
};

/// `max-age`, less the time that the answer has spent in other caches. `None` where nothing is said. The shortest counts
/// where there are several, and zero for what cannot be read and for `no-store` and `no-cache`.
pub(super) fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL).iter();
    let told = values.filter_map(|value| value.to_str().map_or(Some(0), shortest)).min()?;
    let spent = match headers.get(AGE) {
        Some(value) => value.to_str().ok().and_then(seconds).unwrap_or(u64::MAX),
        None => 0,
    };
    Some(Duration::from_secs(told.saturating_sub(spent)))
}

fn shortest(directives: &str) -> Option<u64> {
    directives.split(',').filter_map(lifetime).min()
}

fn lifetime(directive: &str) -> Option<u64> {
    let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
    match name.trim().to_ascii_lowercase().as_str() {
        "no-store" | "no-cache" => Some(0),
        "max-age" => Some(seconds(value.trim().trim_matches('"')).unwrap_or(0)),
        _ => None,
    }
}

/// A number that is too large is taken for the largest (RFC 9111, section 1.2.2).
fn seconds(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use hyper::header::{HeaderName, HeaderValue};

    use super::*;

    fn told(headers: &[(HeaderName, &str)]) -> Option<u64> {
        let value = |text: &str| HeaderValue::from_bytes(text.as_bytes()).unwrap();
        let mut map = HeaderMap::new();
        for (name, text) in headers {
            map.append(name, value(text));
        }
        max_age(&map).map(|age| age.as_secs())
    }

    #[test]
    fn max_age_is_read_in_any_spelling() {
        for (text, age) in [
            ("max-age=600", Some(600)),
            ("public, max-age=600, must-revalidate", Some(600)),
            ("Max-Age = \"600\"", Some(600)),
            ("max-age=600, max-age=60", Some(60)),
            ("max-age=99999999999999999999999", Some(u64::MAX)),
            ("s-maxage=600, x-max-age=7, public", None),
            ("", None),
        ] {
            assert_eq!(told(&[(CACHE_CONTROL, text)]), age, "{text}");
        }
        assert_eq!(told(&[]), None);
        assert_eq!(told(&[(CACHE_CONTROL, "max-age=9"), (CACHE_CONTROL, "max-age=8")]), Some(8));
    }

    #[test]
    fn what_cannot_be_read_or_may_not_be_kept_is_old_at_once() {
        for text in ["max-age", "max-age=", "max-age=-1", "max-age=1.5", "max-age=+1", "max-age=\u{e9}"] {
            assert_eq!(told(&[(CACHE_CONTROL, text)]), Some(0), "{text}");
        }
        for text in ["no-store", "no-cache", "No-Store, max-age=600", "max-age=600, no-cache"] {
            assert_eq!(told(&[(CACHE_CONTROL, text)]), Some(0), "{text}");
        }
    }

    #[test]
    fn time_in_other_caches_counts() {
        let aged = |age| told(&[(CACHE_CONTROL, "max-age=600"), (AGE, age)]);
        assert_eq!(["0", "200", "600", "9999", "x"].map(aged), [600, 400, 0, 0, 0].map(Some));
        assert_eq!(told(&[(AGE, "200")]), None);
    }
}
