//! Peers over HTTP, each on its own ground: with the middleware or the extractor that its users have, and nothing of ours.

use authoriser::Family;
use catalogue::Need;
use measure::record::Question;

use crate::{
    contestants::{Built, Context, NotBuilt},
    questions::Case,
};

/// One of them.
pub(crate) struct Ground {
    /// The id used in files, charts and on the command line.
    pub(crate) id: &'static str,
    /// What it does, in a phrase.
    pub(crate) about: &'static str,
    /// Where its proof comes from.
    pub(crate) family: Family,
    /// The services it needs.
    pub(crate) needs: &'static [Need],
    /// Without which it is not built.
    feature: &'static str,
    is_built: bool,
}

/// The only question that they are asked.
pub(crate) const QUESTION: Question = Question::Request;

const MEMORY: &str = "tower-sessions-layer-memory";
const REDIS: &str = "tower-sessions-layer-redis";
const EXTRACTOR: &str = "jsonwebtoken-extractor-hs256";

/// Every one of them.
pub(crate) const ALL: &[Ground] = &[
    Ground {
        id: MEMORY,
        about: "the middleware SessionManagerLayer of the crate tower-sessions in a router of axum, over its store in memory",
        family: Family::Stateful,
        needs: &[],
        feature: "peers",
        is_built: cfg!(feature = "peers"),
    },
    Ground {
        id: REDIS,
        about: "the same middleware over its store in Redis, six connections of the fred crate",
        family: Family::Stateful,
        needs: &[Need::Redis],
        feature: "rare-peers",
        is_built: cfg!(feature = "rare-peers"),
    },
    Ground {
        id: EXTRACTOR,
        about: "the crate jsonwebtoken on aws_lc_rs in an extractor of axum: HS256, with the claims and checks of our tokens",
        family: Family::Stateless,
        needs: &[],
        feature: "peers",
        is_built: cfg!(feature = "peers"),
    },
];

impl Ground {
    /// Why this build cannot measure it, if so.
    pub(crate) fn absence(&self) -> Option<String> {
        (!self.is_built).then(|| catalogue::left_out(self.feature))
    }

    /// Its service, and clients that ask it.
    pub(crate) fn build(&self, context: &Context, case: &Case) -> Result<Built, NotBuilt> {
        #[cfg(feature = "peers")]
        return built::build(self, context, case);
        #[cfg(not(feature = "peers"))]
        {
            let _ = (context, case);
            Err(NotBuilt::NothingToTime(catalogue::left_out(self.feature)))
        }
    }
}

#[cfg(feature = "peers")]
mod built {
    use std::time::Duration;

    use authoriser::Boxed;
    use peers::grounds;
    use service::Background;

    use super::{
        super::{finish, own_profile},
        *,
    };
    use crate::workload::principal;

    /// Of the logical databases of a Redis server: 0 is everybody's, and ids do not meet.
    #[cfg(feature = "rare-peers")]
    const DATABASE: u8 = 1;

    type Made = Boxed<'static, Result<grounds::Ground, grounds::NotSetUp>>;

    pub(super) fn build(ground: &Ground, context: &Context, case: &Case) -> Result<Built, NotBuilt> {
        let users: Vec<_> = (0..case.population).map(principal).collect();
        let make: Box<dyn FnOnce() -> Made + Send> = match ground.id {
            MEMORY => Box::new(move || {
                Box::pin(async move { grounds::Ground::tower_sessions_memory(&users).await })
            }),
            #[cfg(feature = "rare-peers")]
            REDIS => {
                let url = context.address(Need::Redis)?.to_owned();
                Box::new(move || {
                    Box::pin(
                        async move { grounds::Ground::tower_sessions_redis(&url, DATABASE, &users).await },
                    )
                })
            }
            EXTRACTOR => Box::new(move || {
                let policy = jwt::Policy::new("https://auth.example.com", "https://api.example.com", HOUR);
                Box::pin(async move { grounds::Ground::jsonwebtoken_hs256(&rand::random(), policy, &users) })
            }),
            other => return Err(NotBuilt::Broken(format!("nobody builds {other}"))),
        };
        let (service, headers) = Background::of_others(move || {
            let made = make();
            Box::pin(async move {
                let grounds::Ground { router, headers } = made.await.map_err(|error| error.to_string())?;
                Ok((router, headers))
            })
        })
        .map_err(NotBuilt::Broken)?;
        #[cfg(feature = "rare-peers")]
        if ground.id == REDIS {
            forget_afterwards(context, &headers)?;
        }
        finish(context, case, service, ground.needs, |host| {
            let each = headers.iter().enumerate();
            each.map(|(index, (name, value))| own_profile(host, index, &[(name, value)])).collect()
        })
    }

    const HOUR: Duration = Duration::from_secs(3_600);

    /// Removes the sessions from the server once they are done with: their ids are its keys.
    #[cfg(feature = "rare-peers")]
    fn forget_afterwards(context: &Context, headers: &[(&'static str, String)]) -> Result<(), NotBuilt> {
        let url = context.address(Need::Redis)?.to_owned();
        let ids = headers.iter().filter_map(|(_, cookie)| Some(cookie.split_once('=')?.1.to_owned()));
        let ids: Vec<String> = ids.collect();
        context.afterwards(move |runtime| {
            // Best effort: what stays expires after half an hour.
            let _ = runtime.block_on(async {
                let client = redis::Client::open(url)?;
                let mut connection = client.get_multiplexed_async_connection().await?;
                let mut pipeline = redis::pipe();
                pipeline.cmd("SELECT").arg(DATABASE).ignore().cmd("DEL").arg(&ids).ignore();
                pipeline.query_async::<()>(&mut connection).await
            });
        });
        Ok(())
    }
}

#[cfg(all(test, feature = "peers"))]
mod tests {
    use super::*;
    use crate::questions;

    #[test]
    fn each_answers_its_users_as_our_service_does() {
        let case = questions::find(QUESTION, "64-connections").unwrap();
        for ground in ALL.iter().filter(|ground| ground.is_built && ground.needs.is_empty()) {
            let context = Context::with(Vec::new(), 1).unwrap();
            let mut built = ground.build(&context, case).unwrap_or_else(|why| panic!("{}: {why}", ground.id));
            let sample = built.contestant.as_mut().unwrap().sample(128);
            sample.unwrap_or_else(|failure| panic!("{}: {failure}", ground.id));
        }
    }
}
