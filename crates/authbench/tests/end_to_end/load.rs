//! `authbench load`: against our service and against an address, merged, exported, interrupted, refused.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

const AUTHBENCH: &str = env!("CARGO_BIN_EXE_authbench");

fn load(arguments: &[&str]) -> Output {
    Command::new(AUTHBENCH).arg("load").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json_of(output: &Output) -> Value {
    let said = text(&output.stdout);
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}{}", text(&output.stderr)))
}

/// Processes whose command line holds all of these words.
fn running(words: &[&str]) -> usize {
    let commands = fs::read_dir("/proc").unwrap().flatten();
    let commands = commands.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let texts = commands.map(|bytes| text(&bytes).replace('\0', " "));
    texts.filter(|command| words.iter().all(|word| command.contains(word))).count()
}

/// A server that answers every request with this, until the test's process ends.
fn server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let (mut seen, mut buffer) = (Vec::new(), [0; 1024]);
                while let Ok(count @ 1..) = stream.read(&mut buffer) {
                    seen.extend_from_slice(&buffer[..count]);
                    if seen.ends_with(b"\r\n\r\n") {
                        seen.clear();
                        if stream.write_all(answer.as_bytes()).is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    format!("http://{address}")
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn requests(folder: &TempDir, lines: &[Value]) -> String {
    let path = folder.path().join("requests.jsonl");
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    fs::write(&path, lines.join("\n")).unwrap();
    path.display().to_string()
}

const BRIEF: [&str; 4] = ["--warm-up", "0.1", "--duration", "0.5"];

#[test]
fn a_design_is_served_on_its_own_and_every_answer_is_right() {
    for design in ["jwt-hs256", "cookie-signed", "session-memory", "control-none"] {
        let how = ["--design", design, "--rate", "200", "--principals", "3", "--connections", "4", "--json"];
        let output = load(&[&how[..], &BRIEF].concat());
        assert!(output.status.success(), "{design}: {}", text(&output.stderr));
        let record = json_of(&output);
        let figures = &record["figures"][0];
        assert!(figures["right"].as_u64().unwrap() > 50, "{figures}");
        for count in ["wrong", "refused", "failed"] {
            assert_eq!(figures[count], 0, "{design}: {figures}");
        }
        assert!(record["steps"][0]["server"]["cpu_ns"].as_f64().unwrap() > 0.0, "{record}");
        assert_eq!((&record["target"], &record["principals"]), (&json!(design), &json!(3)));
    }
    assert_eq!(
        running(&["authbench serve", "--until-input-ends", "control-none"]),
        0,
        "a service is left behind"
    );
}

#[test]
fn a_sweep_finds_rates_by_itself_and_says_where_the_knee_is() {
    let how = ["--design", "session-memory", "--sweep", "--principals", "2", "--connections", "4"];
    let output = load(&[&how[..], &["--warm-up", "0.1", "--duration", "0.2"]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("The knee is "), "{said}");
    let rates =
        said.lines().filter(|line| line.trim_start().starts_with(|first: char| first.is_ascii_digit()));
    assert_eq!(rates.count(), 9, "{said}");
    assert!(text(&output.stderr).contains("capacity in a closed loop"), "{}", text(&output.stderr));
}

#[test]
fn any_address_is_asked_with_the_requests_of_a_file_and_wrong_answers_fail() {
    let folder = tempfile::tempdir().unwrap();
    let url = server(OK);
    let right = requests(&folder, &[json!({"path": "/", "body": "ok"})]);
    let how = ["--url", &url, "--credentials", &right, "--rate", "100", "--json"];
    let output = load(&[&how[..], &BRIEF].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(json_of(&output)["figures"][0]["right"].as_u64().unwrap() > 20);

    // What should be refused is accepted here.
    let forged = requests(&folder, &[json!({"path": "/", "status": 401})]);
    let how = ["--url", &url, "--credentials", &forged, "--closed"];
    let output = load(&[&how[..], &BRIEF].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("wrong answer"), "{}", text(&output.stderr));
}

#[test]
fn records_are_kept_merged_and_refused_when_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let url = server(OK);
    let file = requests(&folder, &[json!({"path": "/"})]);
    let path = |name: &str| folder.path().join(name).display().to_string();
    for name in ["one.json", "two.json"] {
        let how = ["--url", &url, "--credentials", &file, "--rate", "100", "--out", &path(name)];
        assert!(load(&[&how[..], &BRIEF].concat()).status.success());
    }
    let merged =
        load(&["merge", &path("one.json"), &path("two.json"), "--out", &path("both.json"), "--json"]);
    assert!(merged.status.success(), "{}", text(&merged.stderr));
    let both = json_of(&merged);
    assert_eq!((&both["generators"], &both["figures"][0]["rate"]), (&json!(2), &json!(200.0)));
    let count = |record: &Value| record["figures"][0]["right"].as_u64().unwrap();
    assert!(count(&both) > 40, "{both}");
    assert!(Path::new(&path("both.json")).exists());

    fs::write(path("two.json"), "{\"schema_version\": 9}").unwrap();
    for (names, reason) in [
        (["one.json", "two.json"], "version 9"),
        (["one.json", "none.json"], "none.json"),
        (["one.json", "requests.jsonl"], "no record of a load run"),
    ] {
        let refused = load(&["merge", &path(names[0]), &path(names[1])]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(text(&refused.stderr).contains(reason), "{}", text(&refused.stderr));
    }
}

#[test]
fn ctrl_c_keeps_what_was_measured_and_leaves_nothing_running() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("load.json");
    let mut child = Command::new(AUTHBENCH)
        .args(["load", "--design", "jwt-hs384", "--principals", "1", "--rate", "100,200", "--warm-up", "0.1"])
        .args(["--duration", "60", "--json", "--out", &out.display().to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let service = ["authbench serve", "--until-input-ends", "jwt-hs384"];
    while running(&service) == 0 {
        thread::sleep(Duration::from_millis(20));
    }
    thread::sleep(Duration::from_secs(3));
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let record = json_of(&output);
    assert_eq!(record["interrupted"], true);
    assert_eq!(record["steps"].as_array().unwrap().len(), 1, "the second rate is not begun");
    assert!(record["figures"][0]["right"].as_u64().unwrap() > 10, "{record}");
    assert!(out.exists());
    assert_eq!(running(&service), 0);

    // Killed, it cannot stop its service, which notices.
    child = Command::new(AUTHBENCH)
        .args(["load", "--design", "jwt-hs512", "--principals", "1", "--rate", "100", "--duration", "60"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let service = ["authbench serve", "--until-input-ends", "jwt-hs512"];
    while running(&service) == 0 {
        thread::sleep(Duration::from_millis(20));
    }
    signal(&child, "-KILL");
    child.wait().unwrap();
    for _ in 0..500 {
        if running(&service) == 0 {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("the service outlives the load");
}

fn signal(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn what_makes_no_sense_or_cannot_be_done_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = requests(&folder, &[json!({"path": "/"})]);
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let url = server(OK);
    let missing = folder.path().join("no").join("x.json").display().to_string();
    for (arguments, code, reason) in [
        (&["--design", "jwt-hs256"][..], 2, "--rate"),
        (&["--rate", "5"], 2, "--design"),
        (&["--design", "jwt-hs256", "--rate", "5", "--sweep"], 2, "cannot be used with"),
        (&["--design", "jwt-hs256", "--rate", "0"], 2, "from 0.001"),
        (&["--url", &url, "--rate", "5"], 2, "--credentials"),
        (&["--design", "jwt-hs25", "--rate", "5"], 1, "no design is called"),
        (&["--url", &nobody, "--credentials", &file, "--rate", "5"], 1, "Is the service running there?"),
        (&["--url", "https://localhost", "--credentials", &file, "--rate", "5"], 1, "plain HTTP"),
        (&["--url", &url, "--credentials", "none", "--rate", "5"], 1, "cannot read none"),
        (
            &["--url", &url, "--credentials", &file, "--rate", "5", "--connections", "100000000"],
            1,
            "ulimit -n",
        ),
        (&["--url", &url, "--credentials", &file, "--rate", "5", "--out", &missing], 1, "there is no folder"),
    ] {
        let output = load(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(reason), "{arguments:?}: {said}");
    }
}

#[test]
fn the_exported_script_is_played_by_node_in_place_of_k6() {
    if Command::new("node").arg("--version").output().is_err() {
        println!("skipped: there is no node");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let url = server(OK);
    let file =
        requests(&folder, &[json!({"path": "/", "body": "ok"}), json!({"path": "/wrong", "status": 401})]);
    let output = load(&["export", "k6", "--url", &url, "--rate", "5,0.5", "--connections", "3"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    fs::write(folder.path().join("script.mjs"), &output.stdout).unwrap();
    let stand_in = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/end_to_end/k6_stand_in.mjs");
    let played = Command::new("node").arg(stand_in).arg(folder.path()).arg(&file).output().unwrap();
    assert!(played.status.success(), "{}", text(&played.stderr));
    let found = json_of(&played);
    assert_eq!(found["wrong"], json!([false, true]), "{found}");
    let scenarios = found["scenarios"].as_object().unwrap();
    let mut named: Vec<&String> = scenarios.keys().collect();
    named.sort();
    assert_eq!(named, ["0.5-per-second", "5-per-second", "warm-up-0.5-per-second", "warm-up-5-per-second"]);
    let slow = &scenarios["0.5-per-second"];
    assert_eq!(
        (&slow["rate"], &slow["timeUnit"], &slow["startTime"]),
        (&json!(500), &json!("1000s"), &json!("14000ms"))
    );
    assert_eq!((&slow["executor"], &slow["maxVUs"]), (&json!("constant-arrival-rate"), &json!(3)));
}

#[test]
fn help_shows_examples() {
    let output = load(&["--help"]);
    let said = text(&output.stdout);
    for word in ["authbench load merge", "export k6", "Exit codes", "The knee is"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let flowing = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flowing.contains(measure::knee::RULE), "the rule of the knee: {said}");
    let lines = BufReader::new(&output.stdout[..]).lines().map(Result::unwrap);
    assert!(lines.map(|line| line.chars().count()).max() <= Some(130));
}
