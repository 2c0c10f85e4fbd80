//! Clients that refresh with one token many times, at once or too late: which of them lose their login although nobody else used it.

use std::{rc::Rc, time::Duration};

use authoriser::{Clock, Credential, Denial, Login, ManualClock, SystemClock, Timestamp, Untimed};
use catalogue::Entry;
use futures_util::future::join_all;
use measure::record::{Count, Metric};

use crate::{
    contestants::{context::Context, denylist::in_groups, not_built::NotBuilt},
    questions::Storm,
    workload::principal,
};

/// A client, and what it was answered.
struct Client {
    token: Credential,
    /// What took the token's place, as far as anybody told.
    successor: Option<Credential>,
    refused: usize,
}

pub(super) fn measure<E: Entry>(
    context: &Context,
    grace: Duration,
    late: Duration,
) -> Result<Vec<Count>, NotBuilt> {
    let clock = ManualClock::at(SystemClock.now());
    let environment = context.environment_on(clock.clone()).forgiving(grace);
    let environment = Rc::new(environment.map_err(|error| NotBuilt::Broken(error.to_string()))?);
    let opened = Rc::clone(&environment);
    context.afterwards(move |runtime| {
        let _ = runtime.block_on(opened.clean_up());
    });
    let design = context.wait(E::build(&*environment))?;
    let clients = context.wait(storm(&design, &clock, late)).map_err(NotBuilt::Broken)?;
    let logged_out = context.wait(logged_out(&design, &clients));
    let refused: usize = clients.iter().map(|client| client.refused).sum();
    let note = note(clients.len(), refused, Storm::CLIENTS * Storm::TIMES);
    let count =
        Count { metric: Metric::LoggedOut, value: logged_out as f64, over: clients.len() as u64, note };
    Ok(vec![count])
}

fn note(clients: usize, refused: usize, refreshes: usize) -> String {
    let [refused, refreshes] = [refused, refreshes].map(|number| in_groups(&number.to_string()));
    format!("of {clients} clients; {refused} of {refreshes} refreshes were refused")
}

/// Every client's refreshes, in each second those that are due in it.
async fn storm(design: &dyn Untimed, clock: &ManualClock, late: Duration) -> Result<Vec<Client>, String> {
    let begun = clock.now();
    let mut clients = Vec::with_capacity(Storm::CLIENTS);
    for client in 0..Storm::CLIENTS {
        let login = design.log_in_untimed(&principal(client)).await;
        let login = login.map_err(|error| format!("cannot log a client in: {error}"))?;
        let token = login.refresh.ok_or("its logins cannot be renewed")?;
        clients.push(Client { token, successor: None, refused: 0 });
    }
    for second in 0..=late.as_secs() {
        clock.set(Timestamp(begun.0 + second));
        for (number, client) in clients.iter_mut().enumerate() {
            let due = (0..Storm::TIMES).filter(|time| due_in(number, *time, late) == second).count();
            client.refresh(design, due).await?;
        }
    }
    Ok(clients)
}

/// In which second a client refreshes for that time.
const fn due_in(client: usize, time: usize, late: Duration) -> u64 {
    let all = ((Storm::CLIENTS - 1) * (Storm::TIMES - 1)) as u64;
    late.as_secs() * (client * time) as u64 / all
}

impl Client {
    /// How many at once.
    async fn refresh(&mut self, design: &dyn Untimed, times: usize) -> Result<(), String> {
        let token = self.token.reveal().as_bytes();
        for answer in join_all((0..times).map(|_| design.refresh_untimed(token))).await {
            let Login { refresh, .. } = match answer {
                Ok(login) => login,
                Err(Denial::Revoked | Denial::Unknown) => {
                    self.refused += 1;
                    continue;
                }
                Err(denial) => return Err(format!("a refresh was refused for another reason: {denial}")),
            };
            let refresh = refresh.ok_or("a renewed login cannot be renewed again")?;
            if self.successor.as_ref().is_some_and(|known| *known != refresh) {
                return Err("one token was given two successors".to_owned());
            }
            self.successor = Some(refresh);
        }
        Ok(())
    }
}

/// How many clients cannot go on with what they were given.
async fn logged_out(design: &dyn Untimed, clients: &[Client]) -> usize {
    let mut count = 0;
    for client in clients {
        let lives = match &client.successor {
            Some(token) => design.refresh_untimed(token.reveal().as_bytes()).await.is_ok(),
            None => false,
        };
        count += usize::from(!lives);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_names_the_clients_and_groups_its_digits() {
        assert_eq!(note(100, 9_900, 10_000), "of 100 clients; 9 900 of 10 000 refreshes were refused");
    }

    #[test]
    fn the_first_client_is_never_late_and_the_last_one_as_late_as_it_gets() {
        let late = Duration::from_secs(20);
        let last = |client| due_in(client, Storm::TIMES - 1, late);
        assert_eq!((last(0), last(Storm::CLIENTS - 1), due_in(99, 0, late)), (0, 20, 0));
        assert!((0..Storm::CLIENTS - 1).all(|client| last(client) <= last(client + 1)));
        assert!((0..Storm::TIMES).all(|time| due_in(50, time, Duration::ZERO) == 0));
    }
}
