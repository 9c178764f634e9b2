//! What else happens to requests of a route, in the words in which Envoy is told.
//!
//! Enters: a route. Leaves: texts such as `timeout=5s`, the same that the judge of real Istio gives. Refuses to know:
//! where requests go.

use super::object::virtual_service::{
    Destination, FaultAbort, FaultDelay, HeaderOperations, Headers, HttpFault, HttpRetry, HttpRewrite,
    HttpRoute, Percent,
};

/// When Istio retries if a route does not say.
const RETRY_ON: &str = "connect-failure,refused-stream,unavailable,cancelled";

/// Everything but copies, which are followed, and changes for single destinations.
pub(super) fn of_route(route: &HttpRoute) -> Vec<String> {
    let mut features: Vec<String> = route.headers.iter().flat_map(of_headers).collect();
    if route.redirect.is_none() && route.direct_response.is_none() {
        features.extend(
            route
                .timeout
                .as_deref()
                .filter(|time| go(time) != "0s")
                .map(|time| format!("timeout={}", go(time))),
        );
        features.extend(route.retries.as_ref().filter(|retries| retries.attempts > 0).map(retries));
        features.extend(route.rewrite.iter().flat_map(rewrites));
    }
    if route.cors_policy.is_some() {
        features.push("cors".to_owned());
    }
    features.extend(route.fault.iter().flat_map(faults));
    features
}

/// Changes of headers, in both directions.
pub(super) fn of_headers(headers: &Headers) -> impl Iterator<Item = String> + use<'_> {
    let Headers { request, response } = headers;
    let directions = [("request", request), ("response", response)];
    directions.into_iter().flat_map(|(name, changes)| {
        changes.iter().flat_map(move |HeaderOperations { set, add, remove }| {
            let set = set.iter().map(move |(key, value)| format!("{name} header set {key}={value}"));
            let add = add.iter().map(move |(key, value)| format!("{name} header add {key}={value}"));
            let remove = remove.iter().map(move |key| format!("{name} header remove {key}"));
            set.chain(add).chain(remove)
        })
    })
}

/// Who gets copies, and of how many percent of the requests.
pub(super) fn copies(route: &HttpRoute) -> Vec<(&Destination, f64)> {
    let one = route.mirror.iter().map(|to| {
        let whole = route.mirror_percent.map_or(100.0, f64::from);
        (to, route.mirror_percentage.map_or(whole, |Percent { value }| value))
    });
    let several = route
        .mirrors
        .iter()
        .map(|mirror| (&mirror.destination, mirror.percentage.map_or(100.0, |Percent { value }| value)));
    one.chain(several).filter(|(_, percent)| *percent > 0.0).collect()
}

/// A percentage as a fraction, rounded down: `500000/MILLION`.
pub(super) fn fraction(percent: f64) -> String {
    format!("{:.0}/MILLION", (percent * 10_000.0).trunc())
}

/// A number with as many decimals as it needs, two at most.
#[must_use]
pub fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn retries(retries: &HttpRetry) -> String {
    let HttpRetry { attempts, per_try_timeout, retry_on } = retries;
    let said = retry_on.as_deref().filter(|said| !said.is_empty()).unwrap_or(RETRY_ON);
    let (codes, words): (Vec<&str>, Vec<&str>) =
        said.split(',').map(str::trim).partition(|word| word.parse::<u16>().is_ok());
    let (by_code, which) = if codes.is_empty() {
        ("", String::new())
    } else {
        (",retriable-status-codes", format!(" codes=[{}]", codes.join(" ")))
    };
    let each = per_try_timeout.as_ref().map(|time| format!(" perTry={}", go(time))).unwrap_or_default();
    format!("retries={attempts} on={}{by_code}{each}{which}", words.join(","))
}

fn rewrites(rewrite: &HttpRewrite) -> Vec<String> {
    let HttpRewrite { uri, authority, uri_regex_rewrite } = rewrite;
    let uri = uri.iter().map(|uri| format!("rewrite prefix={uri}"));
    let regex = uri_regex_rewrite
        .iter()
        .map(|change| format!("rewrite regex={} -> {}", change.matches, change.rewrite));
    let host = authority.iter().map(|host| format!("rewrite host={host}"));
    uri.chain(regex).chain(host).collect()
}

fn faults(fault: &HttpFault) -> Vec<String> {
    let HttpFault { delay, abort } = fault;
    let share = |percentage: &Option<Percent>| fraction(percentage.map_or(0.0, |Percent { value }| value));
    let delay = delay.iter().map(|FaultDelay { fixed_delay, percentage }| {
        format!("fault delay={} {}", go(fixed_delay), share(percentage))
    });
    let abort = abort.iter().map(|FaultAbort { http_status, grpc_status, percentage }| {
        let status = http_status.map(|status| status.to_string()).or_else(|| grpc_status.clone());
        format!("fault abort={} {}", status.unwrap_or_default(), share(percentage))
    });
    delay.chain(abort).collect()
}

/// A duration in seconds as Go prints it: `0.1s` is `100ms`, `90s` is `1m30s`.
fn go(seconds: &str) -> String {
    let Some(number) = seconds.strip_suffix('s').and_then(|number| number.parse::<f64>().ok()) else {
        return seconds.to_owned();
    };
    if number < 1.0 && number > 0.0 {
        return format!("{}ms", self::number(number * 1000.0));
    }
    let minutes = (number / 60.0).floor();
    let rest = format!("{}s", self::number(number - minutes * 60.0));
    let hours = (minutes / 60.0).floor();
    match (hours > 0.0, minutes > 0.0) {
        (true, _) => format!("{hours:.0}h{:.0}m{rest}", minutes - hours * 60.0),
        (false, true) => format!("{minutes:.0}m{rest}"),
        (false, false) => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_go_prints_them() {
        let said = ["5s", "0.1s", "1.5s", "90s", "3600s", "100ms"].map(go);
        assert_eq!(said, ["5s", "100ms", "1.5s", "1m30s", "1h0m0s", "100ms"]);
    }
}
