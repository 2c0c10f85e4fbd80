//! The test users and their password.
//!
//! All of them share one random password and so one hash, so that a service with a million users starts at once. A login
//! costs what it would with a hash for each user.

use std::sync::{Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use authoriser::{Permission, PermissionSet, Principal, UserId};
use rand::distr::{Alphanumeric, SampleString};

/// Memory in KiB, passes and lanes (RFC 9106, section 3.1): what OWASP's password storage cheat sheet asks for at least.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

const HASH_BYTES: usize = 32;
/// 16 bytes are what RFC 9106, section 3.1, recommends.
const SALT_BYTES: usize = 16;

/// The administrator's name; its user id is 0.
const ADMINISTRATOR: &str = "admin";

/// Hashes passwords, each time in the same memory where it can: fresh memory is mapped page by page while it is filled, which
/// took as long as two thirds of the hash itself (24.5 ms in all instead of 15 on Zen 4).
#[derive(Default)]
pub struct PasswordHasher {
    /// Memory that no hash uses now: as many pieces as hashes ran at once.
    memories: Mutex<Vec<Vec<Block>>>,
}

impl PasswordHasher {
    /// Argon2id with the parameters above (RFC 9106). Blocks for tens of milliseconds.
    ///
    /// # Panics
    /// For a password of 4 GiB or more.
    #[must_use]
    pub fn hash(&self, password: &[u8], salt: &[u8; SALT_BYTES]) -> [u8; HASH_BYTES] {
        let parameters =
            Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).expect("they are within its limits");
        let pool = || self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || vec![Block::new(); parameters.block_count()];
        let mut memory = pool().pop().unwrap_or_else(fresh);
        let mut hash = [0; HASH_BYTES];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
            .hash_password_into_with_memory(password, salt, &mut hash, &mut memory)
            .expect("the salt is long enough, and a body that is read is shorter than a password may be");
        pool().push(memory);
        hash
    }
}

/// Who can log in: `user-1` to `user-N`, and `admin`, who may read every profile.
pub(crate) struct Users {
    count: u64,
    hasher: PasswordHasher,
    salt: [u8; SALT_BYTES],
    hash: [u8; HASH_BYTES],
}

impl Users {
    /// That number of users, and their password.
    pub(crate) fn new(count: u64) -> (Self, String) {
        let password = Alphanumeric.sample_string(&mut rand::rng(), 24);
        let salt = rand::random();
        let hasher = PasswordHasher::default();
        let hash = hasher.hash(password.as_bytes(), &salt);
        (Self { count, hasher, salt, hash }, password)
    }

    /// That number of users, and no password that is right: for measurements, whose users log in otherwise.
    pub(crate) fn without_password(count: u64) -> Self {
        Self { count, hasher: PasswordHasher::default(), salt: rand::random(), hash: rand::random() }
    }

    /// The user of that name if this is the password. Takes the same path for a name that nobody has: the time that it
    /// takes does not tell which names there are. Blocks for tens of milliseconds.
    pub(crate) fn log_in(&self, name: &str, password: &str) -> Option<Principal> {
        let proven = constant_time_eq::constant_time_eq_32(
            &self.hasher.hash(password.as_bytes(), &self.salt),
            &self.hash,
        );
        self.named(name).filter(|_| proven)
    }

    /// The user of that id.
    pub(crate) fn get(&self, user: UserId) -> Option<Principal> {
        let permissions = PermissionSet::EMPTY
            .with(Permission::OrdersRead)
            .with(Permission::OrdersWrite)
            .with(Permission::ProfileRead);
        match user.0 {
            0 => Some(Principal {
                user,
                name: ADMINISTRATOR.to_owned(),
                permissions: permissions.with(Permission::Admin),
            }),
            id if id <= self.count => Some(Principal { user, name: format!("user-{id}"), permissions }),
            _ => None,
        }
    }

    fn named(&self, name: &str) -> Option<Principal> {
        let id = if name == ADMINISTRATOR { 0 } else { name.strip_prefix("user-")?.parse().ok()? };
        // `user-01` and `user-0` are nobody.
        self.get(UserId(id)).filter(|user| user.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_takes_the_right_name_and_the_right_password() {
        let (users, password) = Users::new(3);
        let one = users.log_in("user-1", &password).unwrap();
        assert_eq!((one.user, one.permissions.contains(Permission::Admin)), (UserId(1), false));
        assert!(users.log_in("admin", &password).unwrap().permissions.contains(Permission::Admin));
        for name in ["user-4", "user-0", "user-01", "user-+1", "", "User-1", "root"] {
            assert_eq!(users.log_in(name, &password), None, "{name:?}");
        }
        assert_eq!(users.log_in("user-1", "wrong"), None);
        assert_eq!(users.log_in("user-1", ""), None);
    }

    #[test]
    fn the_hash_is_argon2id_with_the_stated_parameters() {
        // Computed with the reference implementation in C, by way of Python's argon2-cffi: hash_secret_raw(b"password",
        // b"0123456789abcdef", 2, 19456, 1, 32, Type.ID).
        let expected = "d2ab07b39ef7f8b806227cd86fbb11aa5393066a98e17eacacd126eb26e9276d";
        let hasher = PasswordHasher::default();
        // The second time in memory that holds what the first one left.
        for _ in 0..2 {
            let hash = hasher.hash(b"password", b"0123456789abcdef");
            assert_eq!(hash.map(|byte| format!("{byte:02x}")).concat(), expected);
        }
    }
}
