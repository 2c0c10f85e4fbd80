//! Designs with their logged-in population, kept from one case of a process to the next that needs the same.
//!
//! Four cases of look-ups ask about the same million sessions. Filled anew for each, the stores took two thirds of the time
//! of a standard run.

use std::{any::Any, cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

use crate::workload::Credentials;

/// A design whose population is logged in.
pub(crate) struct Populated<A> {
    pub(crate) design: Arc<A>,
    pub(crate) credentials: Arc<Credentials>,
    /// Bytes of this process's memory that each login holds on to.
    pub(crate) heap: f64,
}

/// Populations from this number of logins on are kept: smaller ones are made in no time.
const WORTH_KEEPING: usize = 100_000;

/// The designs that are kept, by contestant and population.
#[derive(Default)]
pub(crate) struct Kept(RefCell<BTreeMap<(String, usize), Rc<dyn Any>>>);

impl Kept {
    /// What is kept for that contestant, or what `make` makes.
    pub(crate) fn get_or_make<A: 'static, E>(
        &self,
        id: &str,
        population: usize,
        make: impl FnOnce() -> Result<Populated<A>, E>,
    ) -> Result<Rc<Populated<A>>, E> {
        let key = (id.to_owned(), population);
        let known = self.0.borrow().get(&key).cloned();
        if let Some(populated) = known.and_then(|kept| kept.downcast().ok()) {
            return Ok(populated);
        }
        let populated = Rc::new(make()?);
        if population >= WORTH_KEEPING {
            self.0.borrow_mut().insert(key, Rc::clone(&populated) as Rc<dyn Any>);
        }
        Ok(populated)
    }

    /// Drops what no later case needs, given their populations.
    pub(crate) fn retain(&self, needed: impl Fn(usize) -> bool) {
        self.0.borrow_mut().retain(|(_, population), _| needed(*population));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn populated(kept: &Kept, id: &str, population: usize, made: &mut u32) -> Rc<Populated<u32>> {
        let make = || {
            *made += 1;
            let credentials = Arc::new(Credentials::from_texts(["a"]));
            Ok::<_, ()>(Populated { design: Arc::new(*made), credentials, heap: 0.0 })
        };
        kept.get_or_make(id, population, make).unwrap()
    }

    #[test]
    fn a_large_population_is_made_once_for_each_contestant_until_no_case_needs_it() {
        let (kept, mut made) = (Kept::default(), 0);
        for _ in 0..2 {
            assert_eq!(*populated(&kept, "a", WORTH_KEEPING, &mut made).design, 1);
        }
        assert_eq!(*populated(&kept, "a~twin", WORTH_KEEPING, &mut made).design, 2);
        kept.retain(|population| population != WORTH_KEEPING);
        assert_eq!(*populated(&kept, "a", WORTH_KEEPING, &mut made).design, 3);
    }

    #[test]
    fn a_small_population_is_made_anew() {
        let (kept, mut made) = (Kept::default(), 0);
        populated(&kept, "a", 1_000, &mut made);
        assert_eq!(*populated(&kept, "a", 1_000, &mut made).design, 2);
    }
}
