//! `owner`: who else turns the weights of a rule.

use crate::diagnostic::Finding;
use crate::input::Written;
use crate::model::step::Owner;
use crate::model::{Answer, Rule, Service};
use crate::resolve::problems::step as problems;
use crate::resolve::value::{Checked, Poisoned};
use crate::source::At;

/// Who it is, if anybody.
pub fn of(
    service: &Service,
    written: &Written<String>,
    answer: Option<&Answer>,
    findings: &mut Vec<Finding>,
) -> Checked<Option<At<Owner>>> {
    let word = match written {
        Written::Absent => return Ok(None),
        Written::Illegible => return Err(Poisoned),
        Written::As(word) => word,
    };
    let owner = match word.value.as_str() {
        "argo-rollouts" => Owner::ArgoRollouts,
        "flagger" => {
            findings.push(problems::flagger(service, word.place));
            return Err(Poisoned);
        }
        _ => {
            findings.push(problems::unknown_owner(word));
            return Err(Poisoned);
        }
    };
    let count = match answer {
        None => return Err(Poisoned),
        Some(Answer::To(destinations)) => destinations.len(),
        Some(Answer::Redirect(_) | Answer::DirectResponse(_)) => 0,
    };
    if count != 2 {
        findings.push(problems::not_two(owner, word.place, count));
        return Err(Poisoned);
    }
    if service.clients.len() > 1 {
        findings.push(problems::several_callers(owner, service, word.place));
    }
    Ok(Some(At::new(owner, word.place)))
}

/// Gives a rule that has an owner a name, by which the owner finds its route.
pub fn name_routes(service: &Service, rules: &mut [Rule]) {
    let owned = rules.iter().filter(|rule| rule.owner.is_some()).count();
    for (index, rule) in rules.iter_mut().enumerate() {
        if let (Some(owner), None) = (&rule.owner, &rule.name) {
            let number = if owned > 1 { format!("-{}", index + 1) } else { String::new() };
            rule.name = Some(At::new(format!("{}-canary{number}", service.name), owner.place));
        }
    }
}
