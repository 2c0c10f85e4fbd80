//! The answer to what verifiers accept.

use measure::record::{HostileTable, Verdict};

use crate::text::{Sentence, format};

/// How many of the hostile tokens each verifier accepts, the strictest first, and which panicked.
pub(crate) fn of(table: &HostileTable) -> Sentence {
    let count = |verifier: usize, verdict: Verdict| {
        table.tokens.iter().filter(|token| token.verdicts.get(verifier) == Some(&verdict)).count()
    };
    let mut groups: Vec<(usize, Vec<&str>)> = Vec::new();
    for (position, verifier) in table.verifiers.iter().enumerate() {
        let accepted = count(position, Verdict::Accepted);
        match groups.iter_mut().find(|(known, _)| *known == accepted) {
            Some((_, names)) => names.push(&verifier.name),
            None => groups.push((accepted, vec![&verifier.name])),
        }
    }
    groups.sort_by_key(|(accepted, _)| *accepted);
    let mut sentence = Sentence::default();
    sentence.text("Of ").figure(format::count(table.tokens.len() as f64)).text(" hostile tokens, ");
    for (position, (accepted, names)) in groups.into_iter().enumerate() {
        if position > 0 {
            sentence.text("; ");
        }
        let verb = match names.len() {
            1 => " accepts ",
            _ => " each accept ",
        };
        sentence.list(names, |sentence, name| {
            sentence.name(name);
        });
        let number = if accepted == 0 { "none".to_owned() } else { format::count(accepted as f64) };
        sentence.text(verb).figure(number);
    }
    let panicked: Vec<&str> = (0..table.verifiers.len())
        .filter(|verifier| count(*verifier, Verdict::Panicked) > 0)
        .map(|verifier| table.verifiers[verifier].name.as_str())
        .collect();
    if !panicked.is_empty() {
        sentence.text("; at least one makes ").list(panicked, |sentence, name| {
            sentence.name(name);
        });
        sentence.text(" panic");
    }
    sentence.text(".");
    sentence
}

#[cfg(test)]
mod tests {
    use measure::record::{HostileToken, Verifier};

    use super::*;

    #[test]
    fn each_verifier_is_counted() {
        let verifier =
            |name: &str| Verifier { name: name.to_owned(), version: "1".to_owned(), default_leeway_s: None };
        let token = |verdicts: [Verdict; 3]| HostileToken {
            id: "x".to_owned(),
            about: "y".to_owned(),
            rule: String::new(),
            verdicts: verdicts.to_vec(),
        };
        use Verdict::{Accepted, Panicked, Refused};
        let table = HostileTable {
            verifiers: vec![verifier("ours"), verifier("lax"), verifier("strict")],
            tokens: vec![
                token([Refused, Accepted, Refused]),
                token([Refused, Accepted, Panicked]),
                token([Refused, Refused, Refused]),
            ],
        };
        assert_eq!(
            of(&table).plain(),
            "Of 3 hostile tokens, ours and strict each accept none; lax accepts 2; at least one makes strict panic."
        );
    }
}
