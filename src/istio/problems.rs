//! What is said about releases: all wording of this stage.

use std::collections::BTreeSet;

use super::release::Feature;
use crate::diagnostic::{Code, Finding, join};
use crate::model::{Cluster, Gateway, Release};
use crate::source::Place;

/// A cluster that lacks a word.
#[derive(Clone, Debug)]
pub(super) struct Speaker {
    pub(super) cluster: String,
    pub(super) release: Release,
    pub(super) release_place: Option<Place>,
}

/// A release has no way to say something, or says it and means something else.
pub(super) fn lacks(feature: Feature, place: Place, speakers: &[&Speaker]) -> Finding {
    if feature == Feature::AbsentHeaderDiffers {
        return absent_header(place, speakers);
    }
    let message = format!(
        "{} needs Istio {}, but {}",
        feature.word(),
        starts(feature),
        join(speakers.iter().map(|speaker| format!("`{}` runs {}", speaker.cluster, speaker.release)), "and"),
    );
    let finding = Finding::new(Code::MG0501, message).at(place, "");
    with_releases(finding, speakers).help(format!(
        "raise `istio` if {} is newer than that, else leave it out{}",
        if speakers.len() == 1 { "the cluster" } else { "each of these clusters" },
        instead(feature),
    ))
}

/// Some patches of a release can say something, and nobody said which one runs.
pub(super) fn patch_decides(feature: Feature, place: Place, speakers: &[&Speaker]) -> Finding {
    if feature == Feature::ChainPerSni {
        return form_of_rewrite(place, speakers);
    }
    let message = format!(
        "{} needs Istio {}, and {}",
        feature.word(),
        starts(feature),
        join(
            speakers.iter().map(|speaker| format!("`{}` runs some {}", speaker.cluster, speaker.release)),
            "and"
        ),
    );
    let finding = Finding::new(Code::MG0502, message).at(place, "");
    with_releases(finding, speakers).help(match speakers {
        [only] => format!("write the patch of `{}`, such as `istio: \"{}.6\"`", only.cluster, only.release),
        _ => "write the patch of each of these releases".to_owned(),
    })
}

/// The gateway is taught names in one of two forms, and either does nothing where the other is needed.
fn form_of_rewrite(place: Place, speakers: &[&Speaker]) -> Finding {
    let runs = speakers.iter().map(|speaker| format!("`{}` runs some {}", speaker.cluster, speaker.release));
    let message =
        format!("how a gateway is taught remote names depends on the patch, and {}", join(runs, "and"));
    let finding = Finding::new(Code::MG0530, message).at(place, "");
    with_releases(finding, speakers).help(
        "write the patch, such as `istio: \"1.8.5\"`: up to 1.8.5 and 1.9.4 one filter changes the end of every name \
         (`tcp_cluster_rewrite`), from 1.8.6 and 1.9.5 on each filter chain gets further server names; the wrong form \
         is accepted and does nothing",
    )
}

fn absent_header(place: Place, speakers: &[&Speaker]) -> Finding {
    let message = format!(
        "in {}, a request that lacks this header does not match",
        join(speakers.iter().map(|speaker| format!("`{}` ({})", speaker.cluster, speaker.release)), "and"),
    );
    let finding = Finding::new(Code::MG0503, message).at(place, "");
    with_releases(finding, speakers).help(format!(
        "Istio takes an absent header for a different one from {} on; before, write two rules: first one for requests \
         that do have this header, in `headers`, then this one without `withoutHeaders`",
        starts(Feature::AbsentHeaderDiffers)
    ))
}

/// The gateway of a cluster that others enter needs a setting, or may need it.
pub(super) fn router_mode(cluster: &Cluster, gateway: &Gateway, unless: &str) -> Finding {
    let message = format!("the gateway of `{}` does not pass TLS on by itself{unless}", cluster.name);
    let finding = Finding::new(Code::MG0550, message).at(gateway.place, "callers enter here");
    let finding = match cluster.release_place {
        Some(place) => finding.at(place, "the release"),
        None => finding,
    };
    let labels = gateway.selector.iter().map(|(key, value)| format!("`{key}: {value}`"));
    finding.help(format!(
        "in Istio {} it needs `ISTIO_META_ROUTER_MODE=sni-dnat` in the environment of its Deployment, the one in \
         `{}` whose pods carry {}",
        cluster.release,
        gateway.namespace,
        join(labels, "and"),
    ))
}

/// The releases as second labels, each place once.
fn with_releases(mut finding: Finding, speakers: &[&Speaker]) -> Finding {
    let places: BTreeSet<Place> = speakers.iter().filter_map(|speaker| speaker.release_place).collect();
    for place in places {
        finding = finding.at(place, "the release");
    }
    finding
}

/// How a release without the word comes close, if it does.
fn instead(feature: Feature) -> &'static str {
    match feature {
        Feature::QueryParamPrefix => ", or write it as `regex`",
        Feature::ExactGatewayHosts => ", which opens `*.local`",
        Feature::MirrorPercentage => ", or copy whole percents (from 1.4 on)",
        Feature::AbortWithGrpcStatus => ", or abort with `httpStatus`",
        Feature::Rewrite => ", or write `reach: sni`, which every release can",
        Feature::AllowOrigins => ", or list the origins in full",
        Feature::ConsecutiveErrorsByKind => ", or count `consecutiveGatewayErrors`",
        Feature::HashTables => ", or write `ringHash`",
        Feature::Ipv6 => ", or write an IPv4 address",
        Feature::NoTcpIdleTimeout => ", or write a long time",
        Feature::ApiV1beta1
        | Feature::ApiV1
        | Feature::AutoMutualTls
        | Feature::TypedFilterConfig
        | Feature::ChainPerSni
        | Feature::EnvoyFilterPriority
        | Feature::RouteName
        | Feature::IgnoreUriCase
        | Feature::QueryParams
        | Feature::WithoutHeaders
        | Feature::AbsentHeaderDiffers
        | Feature::SourceNamespace
        | Feature::RedirectCode
        | Feature::RedirectScheme
        | Feature::RedirectPort
        | Feature::DirectResponse
        | Feature::RegexRewrite
        | Feature::NoRetries
        | Feature::RetryRemoteLocalities
        | Feature::RetryIgnorePreviousHosts
        | Feature::RetryBackoff
        | Feature::RetryOnReset
        | Feature::RetryOnEnvoyRatelimited
        | Feature::RetryOnRetriableHeaders
        | Feature::RetryOnResetBeforeRequest
        | Feature::RetryOnHttp3PostConnectFailure
        | Feature::MirrorPercent
        | Feature::Mirrors
        | Feature::MergedServices
        | Feature::EndpointAccount
        | Feature::UnmatchedPreflights
        | Feature::LeastRequest
        | Feature::HttpIdleTimeout
        | Feature::TcpIdleTimeout
        | Feature::MaxConnectionDuration
        | Feature::H2UpgradePolicy
        | Feature::UseClientProtocol
        | Feature::MaxConcurrentStreams
        | Feature::Http2KeepAlive
        | Feature::LocalityLbSetting
        | Feature::ClusterLabel
        | Feature::FailoverByCluster
        | Feature::FailoverPriority
        | Feature::WarmupDuration
        | Feature::Warmup
        | Feature::HashOfQueryParameter
        | Feature::CookieAttributes
        | Feature::ZoneAware
        | Feature::OutlierHttpErrorCodes
        | Feature::LocalOriginErrors
        | Feature::AmbientMultiNetwork
        | Feature::EntryVisibility
        | Feature::TlsModeOfRule
        | Feature::ServerName
        | Feature::OptionalMutual
        | Feature::GatewayIstioMutual => "",
    }
}

fn starts(feature: Feature) -> String {
    join(feature.starts().iter().map(ToString::to_string), "or")
}
