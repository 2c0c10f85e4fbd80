//! The introspection response (RFC 7662, section 2.2): written by the server, judged by who asked.

use authoriser::{Denial, PermissionSet, Timestamp, UserId};
use jwt::{Scope, parse_user};
use serde::{Deserialize, Serialize};
use session::{SessionPolicy, SessionRecord};

use super::{IntrospectionConfig, IntrospectionFault};

/// What an authorisation server says of a token. Serde refuses a member that stands twice.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Answer {
    active: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exp: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iat: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aud: Option<Audience>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// A token that is active, and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Active {
    pub(super) user: UserId,
    pub(super) permissions: PermissionSet,
    /// It is none any more from this second on.
    pub(super) expires: Timestamp,
}

impl Active {
    /// Whether it is still active: the server's word is as old as its answer.
    #[inline]
    pub(super) fn check_time(&self, now: Timestamp) -> Result<(), Denial> {
        if now >= self.expires { Err(Denial::Expired) } else { Ok(()) }
    }
}

impl Answer {
    /// All that is said of a token that is not active, whatever the reason.
    pub(super) const INACTIVE: Self =
        Self { active: false, sub: None, scope: None, exp: None, iat: None, iss: None, aud: None };

    /// What is said of a live session.
    pub(super) fn of(record: &SessionRecord, policy: &SessionPolicy, issuer: &str, audience: &str) -> Self {
        Self {
            active: true,
            sub: Some(record.user.0.to_string()),
            scope: Some(Scope(record.permissions).to_string()),
            exp: Some(record.created.after(policy.absolute()).0),
            iat: Some(record.created.0),
            iss: Some(issuer.to_owned()),
            aud: Some(Audience::One(audience.to_owned())),
        }
    }

    pub(super) fn read(text: &[u8]) -> Result<Self, IntrospectionFault> {
        serde_json::from_slice(text).map_err(|_| IntrospectionFault::NotAnAnswer)
    }

    /// What the answer means to a resource server; `None` for a token that is not active.
    pub(super) fn judge(self, config: &IntrospectionConfig) -> Result<Option<Active>, IntrospectionFault> {
        if !self.active {
            return Ok(None);
        }
        let incomplete = IntrospectionFault::Incomplete;
        let (issuer, audience) = (self.iss.ok_or(incomplete)?, self.aud.ok_or(incomplete)?);
        let for_us = match &audience {
            Audience::One(one) => *one == config.audience,
            Audience::Several(all) => all.contains(&config.audience),
        };
        if issuer != config.issuer || !for_us {
            return Err(IntrospectionFault::Foreign);
        }
        let user = self.sub.as_deref().and_then(parse_user).ok_or(incomplete)?;
        let Scope(permissions) = Scope::parse(&self.scope.ok_or(incomplete)?);
        Ok(Some(Active { user, permissions, expires: Timestamp(self.exp.ok_or(incomplete)?) }))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use authoriser::Permission;

    use super::*;

    fn config() -> IntrospectionConfig {
        IntrospectionConfig {
            url: "http://127.0.0.1:1/introspect".to_owned(),
            client_id: String::new(),
            client_secret: String::new(),
            issuer: "https://auth.example.com".to_owned(),
            audience: "https://api.example.com".to_owned(),
            timeout: Duration::from_secs(1),
            most_in_flight: 1,
        }
    }

    fn judged(text: &str) -> Result<Option<Active>, IntrospectionFault> {
        Answer::read(text.as_bytes())?.judge(&config())
    }

    #[test]
    fn what_is_written_reads_back() {
        let rights = PermissionSet::EMPTY.with(Permission::OrdersRead).with(Permission::Admin);
        let record = SessionRecord::new(UserId(u64::MAX), rights, Timestamp(1_000));
        let policy = SessionPolicy::default();
        let answer = Answer::of(&record, &policy, &config().issuer, &config().audience);
        let text = serde_json::to_string(&answer).unwrap();
        let expires = Timestamp(1_000).after(policy.absolute());
        assert_eq!(judged(&text), Ok(Some(Active { user: record.user, permissions: rights, expires })));
        assert_eq!(serde_json::to_string(&Answer::INACTIVE).unwrap(), r#"{"active":false}"#);
    }

    #[test]
    fn only_a_whole_answer_from_the_issuer_and_for_us_is_one() {
        let with = |members: &str| format!(r#"{{"active":true,{members}}}"#);
        let good = r#""sub":"7","scope":"admin","exp":9,"iss":"https://auth.example.com","aud":"https://api.example.com""#;
        assert!(judged(&with(good)).unwrap().is_some());
        let several = good.replace(
            r#""aud":"https://api.example.com""#,
            r#""aud":["https://other.example.com","https://api.example.com"],"username":"x""#,
        );
        assert!(
            judged(&with(&several)).unwrap().is_some(),
            "one of several, and members that nobody asked for"
        );
        assert_eq!(judged(r#"{"active":false,"sub":"7"}"#), Ok(None));

        for (from, to) in [
            ("auth.example", "other.example"),
            ("api.example", "other.example"),
            (r#""https://api.example.com""#, "[]"),
        ] {
            let foreign = judged(&with(&good.replace(from, to)));
            assert_eq!(foreign, Err(IntrospectionFault::Foreign), "{to}");
        }
        for absent in ["sub", "scope", "exp", "iss", "aud"] {
            let said = judged(&with(&good.replace(&format!("\"{absent}\""), "\"x\"")));
            assert!(
                matches!(said, Err(IntrospectionFault::Incomplete | IntrospectionFault::NotAnAnswer)),
                "{said:?}"
            );
        }
        assert_eq!(judged(&with(&good.replace("\"7\"", "\"-7\""))), Err(IntrospectionFault::Incomplete));
        for text in [
            "",
            "null",
            "[]",
            "true",
            "<html>active</html>",
            "{}",
            r#"{"active":"true"}"#,
            r#"{"active":1}"#,
            r#"{"active":false,"active":true}"#,
            r#"{"active":false} "#.trim_end_matches("} "),
            r#"{"active":true,"exp":-1}"#,
            r#"{"active":true,"exp":1e9}"#,
            r#"{"active":true,"exp":"9"}"#,
            r#"{"active":true,"aud":7}"#,
        ] {
            assert_eq!(judged(text), Err(IntrospectionFault::NotAnAnswer), "{text}");
        }
    }
}
