//! The format of `/proc/cpuinfo`, which `/proc/self/status` shares.

/// The value of the first `name : value` line.
pub(crate) fn field(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}
