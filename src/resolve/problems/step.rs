//! Steps that do not fit together, and weights that nobody else can turn.

use crate::diagnostic::{Code, Finding, list, suggest};
use crate::input;
use crate::model::step::Owner;
use crate::model::{Destination, Service};
use crate::source::{At, Place, StepChoice};

pub fn no_step(place: Place) -> Finding {
    Finding::new(Code::MG0306, "`steps` has no step")
        .at(place, "nothing is named")
        .help("say the shares of each: `steps: [{v1: 100, v2: 0}, {v1: 95, v2: 5}, {v1: 0, v2: 100}]`")
}

/// At: as it is written, unless the command line asks for it.
pub fn no_such_step(
    service: &Service,
    step: usize,
    count: usize,
    at: Option<&At<u32>>,
    place: Place,
) -> Finding {
    let there = if count == 1 { "there is 1".to_owned() } else { format!("there are {count}") };
    let finding = Finding::new(Code::MG0391, format!("`{service}` has no step {step}"));
    let finding = match at {
        Some(at) => finding.at(at.place, "asked for here"),
        None => finding,
    };
    finding.at(place, there).help(format!("choose one of 1 to {count}, counted from 1"))
}

pub fn at_without_steps(place: Place, rule: &input::routing::Rule) -> Finding {
    Finding::new(Code::MG0391, "`at` chooses among `steps`, and there are none")
        .at(place, "chooses nothing")
        .at(rule.place, "in this rule")
        .help("leave it out, or write the chain: `steps: [{v1: 100, v2: 0}, {v1: 95, v2: 5}]`")
}

pub fn no_steps(choice: &StepChoice) -> Finding {
    let StepChoice { service, step } = choice;
    Finding::new(Code::MG0391, format!("`--step {service}={step}`: no rule of `{service}` has `steps`"))
        .help("leave the option out, or give a rule of the service `steps` instead of `to`")
}

pub fn step_of_nothing(choice: &StepChoice, services: &[Service]) -> Finding {
    let StepChoice { service, step } = choice;
    let names: Vec<String> = services.iter().map(ToString::to_string).collect();
    Finding::new(Code::MG0391, format!("`--step {service}={step}`: there is no service `{service}`"))
        .help(suggest(service, names.iter().map(String::as_str), "the services"))
}

pub fn other_headers(to: &Destination, known: &Destination) -> Finding {
    Finding::new(Code::MG0392, "steps differ in more than their shares")
        .at(to.place, "other `headers` than in the step before")
        .at(known.place, "the same destination")
        .help("say the same `headers` in every step: from step to step only weights change")
}

pub fn empty_gate(place: Place) -> Finding {
    Finding::new(Code::MG0306, "`gate` does not say what is waited for")
        .at(place, "nothing is named")
        .help("say how long or for what: `gate: {pause: 10m, check: no alarms}`")
}

pub fn flagger(service: &Service, place: Place) -> Finding {
    Finding::new(
        Code::MG0393,
        format!("Flagger writes the VirtualService and the DestinationRules of `{service}` itself"),
    )
    .at(place, "two would write the same objects")
    .help(format!(
        "take `{service}` out of `routes`, and its cluster out of its `clients`: meshgen then writes nothing for callers there"
    ))
}

pub fn unknown_owner(word: &At<String>) -> Finding {
    let words = [Owner::ArgoRollouts.word(), "flagger"];
    Finding::new(Code::MG0393, format!("`{word}` turns no weights that meshgen knows of"))
        .at(word.place, format!("not one of {}", list(words)))
        .help(suggest(&word.value, words, "owners"))
}

pub fn not_two(owner: Owner, place: Place, count: usize) -> Finding {
    let there = match count {
        0 => "nobody answers this rule".to_owned(),
        1 => "this rule has 1 destination".to_owned(),
        many => format!("this rule has {many} destinations"),
    };
    Finding::new(Code::MG0393, format!("{} turns the weights of exactly two destinations", owner.name()))
        .at(place, there)
        .help("name the stable version and the new one: `to: {v1: 100, v2: 0}`")
}

pub fn several_callers(owner: Owner, service: &Service, place: Place) -> Finding {
    let count = service.clients.len();
    Finding::new(
        Code::MG0394,
        format!("{} turns the weights in one cluster, and `{service}` is called from {count}", owner.name()),
    )
    .at(place, "elsewhere the shares stay as they are written")
    .at(service.place, "who calls it is said here, or in `mesh.clients`")
    .help("name the cluster that it runs in: `clients: [cluster1]`")
}
