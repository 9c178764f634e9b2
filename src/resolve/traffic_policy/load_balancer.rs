//! `loadBalancer` as meant.

mod locality;

use std::collections::BTreeSet;

use super::{problems, says_something};
use crate::diagnostic::Finding;
use crate::input::traffic_policy as written;
use crate::input::{Keyed, Written};
use crate::model::traffic_policy::{
    Choice, ConsistentHash, HashKey, HashTable, HttpCookie, LoadBalancer, Warmup,
};
use crate::resolve::action::exclusive;
use crate::resolve::problems::value::empty;
use crate::resolve::value::header::{self, Use};
use crate::resolve::value::{Checked, Poisoned, duration, each, http, optional, plain};
use crate::source::{At, Place};

/// What a word of `simple` means; nothing for one that is refused.
type Meaning = Option<fn() -> Choice>;

/// The words of `simple`; `LEAST_CONN` is the old name of `LEAST_REQUEST`.
const SIMPLE: [(&str, Meaning); 5] = [
    ("LEAST_REQUEST", Some(|| Choice::LeastRequest)),
    ("LEAST_CONN", Some(|| Choice::LeastRequest)),
    ("ROUND_ROBIN", Some(|| Choice::RoundRobin)),
    ("RANDOM", Some(|| Choice::Random)),
    ("PASSTHROUGH", None),
];

pub(super) fn load_balancer(
    at: &At<written::LoadBalancer>,
    outliers: &Written<written::OutlierDetection>,
    findings: &mut Vec<Finding>,
) -> Checked<LoadBalancer> {
    let written::LoadBalancer {
        simple,
        consistent_hash: hashed,
        locality: setting,
        zone_aware: zones,
        warmup: warms,
        warmup_duration,
    } = &at.value;
    let absent = [
        simple.is_absent(),
        hashed.is_absent(),
        setting.is_absent(),
        zones.is_absent(),
        warms.is_absent(),
        warmup_duration.is_absent(),
    ];
    says_something(at.place, "loadBalancer", &absent, &["simple", "consistentHash"], findings)?;
    let one = exclusive(("simple", simple.place()), ("consistentHash", hashed.place()), findings);
    let one_of_both =
        exclusive(("localityLbSetting", setting.place()), ("zoneAwareLbSetting", zones.place()), findings);
    let once =
        exclusive(("warmup", warms.place()), ("warmupDurationSecs", warmup_duration.place()), findings);
    let simple = optional(simple, |at| chosen(at, findings));
    let hash = optional(hashed, |at| consistent_hash(at, findings));
    let locality = optional(setting, |at| locality::locality(at, outliers, findings));
    let zone_aware = optional(zones, |at| locality::zone_aware(at, outliers, findings));
    let warmup = optional(warms, |at| warmup(at, findings));
    let older = optional(warmup_duration, |at| {
        let duration = duration::duration(at, "warmupDurationSecs", findings)?;
        Ok(At::new(Warmup { duration, minimum_percent: None, aggression: None }, at.place))
    });
    one?;
    one_of_both?;
    once?;
    Ok(LoadBalancer {
        choice: simple?.or(hash?.map(Choice::ConsistentHash)),
        locality: locality?,
        zone_aware: zone_aware?,
        warmup: warmup?.or(older?),
    })
}

fn chosen(at: &At<String>, findings: &mut Vec<Finding>) -> Checked<Choice> {
    let choice = http::one_of(at, "simple", &SIMPLE, findings)?.value;
    choice.map(|choice| choice()).ok_or_else(|| {
        findings.push(problems::passthrough(at.place));
        Poisoned
    })
}

fn consistent_hash(
    at: &At<written::ConsistentHash>,
    findings: &mut Vec<Finding>,
) -> Checked<At<ConsistentHash>> {
    let written::ConsistentHash {
        http_header_name,
        http_cookie: cookie,
        use_source_ip,
        http_query_parameter_name,
        minimum_ring_size,
        ring_hash,
        maglev,
    } = &at.value;
    let keys = [
        ("httpHeaderName", http_header_name.place()),
        ("httpCookie", cookie.place()),
        ("useSourceIp", use_source_ip.place()),
        ("httpQueryParameterName", http_query_parameter_name.place()),
    ];
    let tables = [
        ("minimumRingSize", minimum_ring_size.place()),
        ("ringHash", ring_hash.place()),
        ("maglev", maglev.place()),
    ];
    let one_key = at_most_one(&keys, findings);
    let one_table = at_most_one(&tables, findings);
    let header = optional(http_header_name, |at| header::name(at, Use::Match, findings).map(HashKey::Header));
    let cookie = optional(cookie, |at| http_cookie(&at.value, findings).map(HashKey::Cookie));
    let source = plain(use_source_ip);
    let parameter = optional(http_query_parameter_name, |at| {
        filled(at, "httpQueryParameterName", findings)?;
        Ok(HashKey::QueryParameter(at.clone()))
    });
    let maglev = optional(maglev, |at| prime(&at.value.table_size, findings).map(HashTable::Maglev));
    let ring = plain(ring_hash)?.map(|ring| ring.minimum_ring_size.value).or(plain(minimum_ring_size)?);
    one_key?;
    one_table?;
    let source = source?.filter(|used| *used).map(|_| HashKey::SourceIp);
    let table = maglev?.or(ring.map(HashTable::Ring));
    let key = header?.or(cookie?).or(parameter?).or(source).ok_or_else(|| {
        findings.push(problems::says_nothing(at.place, "consistentHash", &keys.map(|(word, _)| word)));
        Poisoned
    })?;
    Ok(At::new(ConsistentHash { key, table }, at.place))
}

/// Of several words, at most one is there.
fn at_most_one(words: &[(&str, Option<Place>)], findings: &mut Vec<Finding>) -> Checked<()> {
    let mut there = words.iter().filter(|(_, place)| place.is_some());
    match (there.next(), there.next()) {
        (Some(first), Some(second)) => exclusive(*first, *second, findings),
        (Some(_) | None, _) => Ok(()),
    }
}

fn http_cookie(written: &written::HttpCookie, findings: &mut Vec<Finding>) -> Checked<HttpCookie> {
    let written::HttpCookie { name, path, ttl, attributes } = written;
    let named = filled(name, "name", findings);
    let ttl = optional(ttl, |at| duration::duration_or_zero(at, "ttl", findings));
    let mut seen = BTreeSet::new();
    let listed: Checked<Vec<(String, String)>> = each(attributes, |Keyed { key, value }| {
        filled(key, "name", findings)?;
        if !seen.insert(key.value.clone()) {
            findings.push(problems::attribute_twice(key));
            return Err(Poisoned);
        }
        Ok((key.value.clone(), value.value.clone()))
    });
    let listed = listed?;
    named?;
    Ok(HttpCookie {
        name: name.value.clone(),
        path: plain(path)?,
        ttl: ttl?,
        attributes: attributes.place().map(|place| At::new(listed, place)).filter(|at| !at.value.is_empty()),
    })
}

fn filled(at: &At<String>, word: &str, findings: &mut Vec<Finding>) -> Checked<()> {
    if !at.value.is_empty() {
        return Ok(());
    }
    findings.push(empty(at.place, word));
    Err(Poisoned)
}

/// Envoy's own test, so that what passes here passes there.
fn prime(size: &At<u32>, findings: &mut Vec<Finding>) -> Checked<At<u32>> {
    let prime = (2..=size.value.isqrt()).all(|factor| !size.value.is_multiple_of(factor));
    if prime {
        return Ok(size.clone());
    }
    findings.push(problems::not_prime(size));
    Err(Poisoned)
}

fn warmup(at: &At<written::Warmup>, findings: &mut Vec<Finding>) -> Checked<At<Warmup>> {
    let written::Warmup { duration: lasts, minimum_percent, aggression } = &at.value;
    let duration = duration::duration(lasts, "duration", findings);
    let aggression = optional(aggression, |at| match at.value.parse::<f64>() {
        Ok(number) if number.is_finite() && number >= 1.0 => Ok(number),
        Ok(_) | Err(_) => {
            findings.push(problems::aggression(at));
            Err(Poisoned)
        }
    });
    let warmup =
        Warmup { duration: duration?, minimum_percent: plain(minimum_percent)?, aggression: aggression? };
    Ok(At::new(warmup, at.place))
}
