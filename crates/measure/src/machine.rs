//! The machine description, read from the system and never typed by hand.

use std::{fs, path::Path};

use crate::{cpuinfo::field, microarchitecture, record::Machine};

impl Machine {
    /// Describes the machine this process runs on. What cannot be read is left out.
    #[must_use]
    pub fn describe() -> Self {
        let cpuinfo = read("/proc/cpuinfo").unwrap_or_default();
        let flags = field(&cpuinfo, "flags").or_else(|| field(&cpuinfo, "Features")).unwrap_or_default();
        Self {
            cpu_model: field(&cpuinfo, "model name"),
            cpu_signature: signature(&cpuinfo),
            microarchitecture: microarchitecture::of(&cpuinfo).map(str::to_owned),
            threads_per_core: read("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list")
                .and_then(|list| cpus(&list)),
            logical_cpus: std::thread::available_parallelism().map_or(1, usize::from),
            virtualisation: virtualisation(&flags),
            cpu_flags: flags.split_whitespace().map(str::to_owned).collect(),
            caches: caches(),
            governor: read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            huge_pages: read("/sys/kernel/mm/transparent_hugepage/enabled"),
            memory_bytes: read("/proc/meminfo").and_then(|text| memory(&text)),
            kernel: read("/proc/sys/kernel/osrelease").map(|release| format!("Linux {release}")),
            operating_system: read("/etc/os-release").and_then(|text| pretty_name(&text)),
            architecture: std::env::consts::ARCH.to_owned(),
            load_average: read("/proc/loadavg").and_then(|text| text.split(' ').next().map(str::to_owned)),
        }
    }
}

fn read(path: impl AsRef<Path>) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// `family 25, model 1, stepping 1`; of Arm, who made it and which part it is.
fn signature(cpuinfo: &str) -> Option<String> {
    let named = |names: &[(&str, &str)]| {
        let each: Option<Vec<String>> =
            names.iter().map(|(key, word)| Some(format!("{word} {}", field(cpuinfo, key)?))).collect();
        each.map(|each| each.join(", "))
    };
    named(&[("cpu family", "family"), ("model", "model"), ("stepping", "stepping")]).or_else(|| {
        named(&[("CPU implementer", "implementer"), ("CPU part", "part"), ("CPU revision", "revision")])
    })
}

/// The number of CPUs in a list such as `0-1,8`.
fn cpus(list: &str) -> Option<usize> {
    list.split(',')
        .map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let (first, last) = (first.trim().parse::<usize>().ok()?, last.trim().parse::<usize>().ok()?);
            last.checked_sub(first).map(|more| more + 1)
        })
        .sum()
}

fn virtualisation(flags: &str) -> Option<String> {
    flags.split_whitespace().any(|flag| flag == "hypervisor").then(|| {
        read("/sys/class/dmi/id/sys_vendor")
            .map_or_else(|| "yes".to_owned(), |vendor| format!("yes ({vendor})"))
    })
}

fn caches() -> Vec<String> {
    (0..8)
        .filter_map(|index| {
            let folder = format!("/sys/devices/system/cpu/cpu0/cache/index{index}");
            let level = read(format!("{folder}/level"))?;
            let kind = match read(format!("{folder}/type"))?.as_str() {
                "Data" => "d",
                "Instruction" => "i",
                _ => "",
            };
            Some(format!("L{level}{kind} {}", read(format!("{folder}/size"))?))
        })
        .collect()
}

fn memory(meminfo: &str) -> Option<u64> {
    let kilobytes = meminfo.strip_prefix("MemTotal:")?.split_whitespace().next()?;
    kilobytes.parse::<u64>().ok()?.checked_mul(1024)
}

fn pretty_name(os_release: &str) -> Option<String> {
    let quoted = os_release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(quoted.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_kernels_print() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Example 9 CPU\nflags\t\t: fpu sha_ni hypervisor\n";
        assert_eq!(field(cpuinfo, "model name").as_deref(), Some("Example 9 CPU"));
        assert_eq!(field(cpuinfo, "model"), None);
        assert_eq!(signature(cpuinfo), None);
        let whole = "cpu family\t: 25\nmodel\t\t: 1\nmodel name\t: AMD EPYC\nstepping\t: 2\n";
        assert_eq!(signature(whole).as_deref(), Some("family 25, model 1, stepping 2"));
        assert_eq!(
            (cpus("0"), cpus("0-1"), cpus("0,8"), cpus("0-1,8-9"), cpus("x")),
            (Some(1), Some(2), Some(2), Some(4), None)
        );
        assert_eq!(memory("MemTotal:       24660492 kB\nMemFree: 1 kB"), Some(24_660_492 * 1024));
        assert_eq!(pretty_name("ID=x\nPRETTY_NAME=\"Example 12\"\n").as_deref(), Some("Example 12"));
        assert!(virtualisation("fpu hypervisor").is_some());
        assert_eq!(virtualisation("fpu hypervisors"), None);
    }

    #[test]
    fn describes_this_machine() {
        let machine = Machine::describe();
        assert!(machine.logical_cpus >= 1);
        assert!(!machine.architecture.is_empty());
    }
}
