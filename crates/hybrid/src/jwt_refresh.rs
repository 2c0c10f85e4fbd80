//! Short-lived access tokens over a refresh session in Redis.

use std::fmt;

use authoriser::{
    AccessRequest, Authoriser, Clock, Credential, Denial, Family, Grant, IssueError, Login, Outage,
    Principal, Proof, Properties, Revocation, Revoked, StateLocation, Timestamp, UserId,
};
use jwt::{Hs256Key, JwsKey, Jwt, Policy};
use session::{RedisKeyspace, StoreError};

use crate::{
    RefreshConfig,
    families::{Families, Rotated, Who},
    refresh_token::{FamilyId, RefreshToken, Secret},
};

/// Access tokens that verify themselves and live for some minutes, and refresh tokens that renew them (RFC 6749, section 6).
///
/// A request costs what it does with the token alone, and Redis is asked once in the life of each. Each login is a family of refresh
/// tokens, each good for one use, of which a new one takes the place (RFC 9700, section 4.14.2). One that is used again after the
/// grace has been stolen from somebody, or by him: its family is ended, and both must log in again. Access tokens of a family that was
/// ended are accepted until they expire.
///
/// `revoke` takes an access token, be it expired, or a refresh token, and ends its family.
pub struct JwtRefresh<K, C> {
    tokens: Jwt<K, C>,
    clock: C,
    families: Families,
    refresh_key: Hs256Key,
}

impl<K: JwsKey, C: Clock> JwtRefresh<K, C> {
    /// Access tokens under `key` that live as long as the policy says; refresh tokens under a key that is for nothing else, and their
    /// families under a prefix that belongs to them. All processes over them have the same.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when Redis does not answer.
    pub async fn new(
        key: K,
        policy: Policy,
        clock: C,
        refresh_key: Hs256Key,
        keys: RedisKeyspace,
        config: RefreshConfig,
    ) -> Result<Self, StoreError> {
        let families = Families::new(keys, config).await?;
        Ok(Self { tokens: Jwt::new(key, policy, clock.clone()), clock, families, refresh_key })
    }

    /// An access token of a family, and the refresh token that renews it.
    fn hand_out(&self, who: Who, next: &RefreshToken, now: Timestamp) -> Result<Login, IssueError> {
        // A token does not say the user's name.
        let principal = Principal { user: who.user, name: String::new(), permissions: who.permissions };
        let credential = self.tokens.issue_as(&principal, now, next.family.access_token())?;
        Ok(Login { credential, refresh: Some(next.credential(&self.refresh_key)) })
    }

    /// The family of an access token, be it expired, or of a refresh token.
    fn family_of(&self, presented: &[u8]) -> Result<FamilyId, Denial> {
        match self.tokens.prove(presented) {
            Ok(claims) => Ok(FamilyId::of(&claims.id)),
            Err(_) => match RefreshToken::prove(presented, &self.refresh_key) {
                Ok(token) => Ok(token.family),
                Err(_) => Err(Denial::Malformed),
            },
        }
    }
}

impl<K: JwsKey, C: Clock> Authoriser for JwtRefresh<K, C> {
    fn properties(&self) -> Properties {
        Properties {
            family: Family::Hybrid,
            state: StateLocation::SharedStore,
            revocation: Revocation::NoRenewal,
            outage: Outage::AcceptUnchecked,
            ..self.tokens.properties()
        }
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.families.keys().settings();
        let config = self.families.config();
        settings.extend([
            ("refresh_idle", format!("{:?}", config.idle())),
            ("refresh_absolute", format!("{:?}", config.absolute())),
            ("refresh_grace", format!("{:?}", config.grace())),
        ]);
        settings
    }

    async fn public_keys(&self) -> Option<String> {
        self.tokens.public_keys().await
    }

    async fn issue(&self, principal: &Principal) -> Result<Credential, IssueError> {
        Ok(self.log_in(principal).await?.credential)
    }

    async fn log_in(&self, principal: &Principal) -> Result<Login, IssueError> {
        let now = self.clock.now();
        let who = Who { user: principal.user, permissions: principal.permissions };
        let first = RefreshToken { family: FamilyId::random(), secret: Secret::random() };
        match self.families.begin(who, &first, now).await {
            Ok(true) => self.hand_out(who, &first, now),
            Ok(false) | Err(_) => Err(IssueError::StoreUnavailable),
        }
    }

    async fn refresh(&self, presented: &[u8]) -> Result<Login, Denial> {
        let token = RefreshToken::prove(presented, &self.refresh_key)?;
        let (now, next) = (self.clock.now(), Secret::random());
        let (who, secret) = match self.families.rotate(&token, &next, now).await? {
            Rotated::Now(who) => (who, next),
            Rotated::Before(who, successor) => (who, successor),
            Rotated::Unknown => return Err(Denial::Unknown),
            Rotated::Expired => return Err(Denial::Expired),
            Rotated::Reused => {
                tracing::warn!("a refresh token was used again: its login is ended");
                return Err(Denial::Revoked);
            }
        };
        let next = RefreshToken { family: token.family, secret };
        // The token has been renewed: whoever asks again within the grace gets an answer.
        self.hand_out(who, &next, now).map_err(|_| Denial::StoreUnavailable)
    }

    #[inline]
    async fn authorise(&self, presented: &[u8], access: &AccessRequest) -> Result<Grant, Denial> {
        let claims = self.tokens.verify(presented)?;
        access.decide(claims.user, claims.permissions, Proof::Signature)
    }

    async fn revoke(&self, presented: &[u8]) -> Result<Revoked, Denial> {
        let family = self.family_of(presented)?;
        Ok(Revoked::Credentials(self.families.end(&family).await?.into()))
    }

    async fn revoke_all(&self, user: UserId) -> Result<Revoked, Denial> {
        Ok(Revoked::Credentials(self.families.end_all(user).await?))
    }
}

impl<K: JwsKey, C: Clock> fmt::Debug for JwtRefresh<K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtRefresh")
            .field("tokens", &self.tokens)
            .field("families", &self.families)
            .finish_non_exhaustive()
    }
}
