//! The release table: what each release of Istio can say, and what it calls it.
//!
//! Enters: a [`Release`]. Leaves: whether it can say a [`Feature`], and the words that changed over time. Refuses
//! to know: who wants to say it. No other file of this stage compares releases; everywhere else the question is
//! "can it say this?".

#[cfg(test)]
mod schema; // the table against the schemas of every release

use std::fmt;

use super::kind::object::Kind;
use crate::model::Release;

/// Whether a release can say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Every patch of it that may be meant can.
    Yes,
    /// None can.
    No,
    /// Only some patches can, and the release was given without one.
    DependsOnPatch,
}

impl From<bool> for Support {
    fn from(supported: bool) -> Self {
        if supported { Self::Yes } else { Self::No }
    }
}

/// Whether gateways route by SNI as they are installed, or only with `ISTIO_META_ROUTER_MODE=sni-dnat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SniRouting {
    /// By themselves.
    Always,
    /// By themselves, unless Helm installed them.
    UnlessByHelm,
    /// Only when told to.
    OnlyIfTold,
}

/// A release with its patch: `Start(8, 6)` is 1.8.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start(u8, u8);

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(minor, patch) = *self;
        Release { minor, patch: Some(patch).filter(|patch| *patch > 0) }.fmt(f)
    }
}

macro_rules! features {
    ($($(#[doc = $doc:literal])* $feature:ident $word:literal [$(($minor:literal, $patch:literal)),+])*) => {
        /// Something that not every release can say. Whatever is not here can be said by all of them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Feature {
            $($(#[doc = $doc])* $feature,)*
        }

        impl Feature {
            /// Every feature.
            #[cfg(test)]
            pub const ALL: &[Self] = &[$(Self::$feature,)*];

            /// What it is called in findings; a user's own words in backticks.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$feature => $word,)* }
            }

            /// The first releases that can say it: one for each branch that got it, in order.
            #[must_use]
            pub fn starts(self) -> &'static [Start] {
                match self { $(Self::$feature => const { &[$(Start($minor, $patch)),+] },)* }
            }
        }
    };
}

features! {
    ApiV1beta1 "`networking.istio.io/v1beta1`" [(5, 0)]
    ApiV1 "`networking.istio.io/v1`" [(22, 0)]
    /// Before, the addresses of a ServiceEntry and of its endpoints had to be IPv4.
    Ipv6 "an IPv6 address" [(5, 0)]
    /// Before, mutual TLS inside the mesh had to be asked for.
    AutoMutualTls "mutual TLS without asking" [(5, 0)]
    /// Before, the hosts of an `AUTO_PASSTHROUGH` server were compared with the SNI, so that only wildcards
    /// matched.
    ExactGatewayHosts "`expose: used`" [(8, 6), (9, 5), (10, 0)]
    /// Before, `EnvoyFilter` had no `INSERT_AFTER`.
    Rewrite "`reach: rewrite`" [(5, 0)]
    /// Before, istiod did not know the filter's type.
    TypedFilterConfig "`typed_config`" [(8, 0)]
    /// Before, one chain of an `AUTO_PASSTHROUGH` server took every SNI and handed it to `sni_cluster`.
    ChainPerSni "a filter chain for each SNI" [(8, 6), (9, 5), (10, 0)]
    EnvoyFilterPriority "`priority`" [(11, 0)]
    RouteName "the name of a rule" [(3, 0)]
    IgnoreUriCase "`ignoreUriCase`" [(3, 0)]
    QueryParams "`queryParams`" [(2, 0)]
    /// Before, the prefix was dropped without a word, and presence was left.
    QueryParamPrefix "a prefix in `queryParams`" [(18, 0)]
    WithoutHeaders "`withoutHeaders`" [(6, 0)]
    /// Before, `withoutHeaders` with a text did not hold for a request that lacks the header.
    AbsentHeaderDiffers "`withoutHeaders`" [(22, 0)]
    SourceNamespace "`sourceNamespace`" [(6, 0)]
    RedirectCode "`redirectCode`" [(3, 0)]
    RedirectScheme "`scheme` in `redirect`" [(12, 0)]
    RedirectPort "a port in `redirect`" [(12, 0)]
    DirectResponse "`directResponse`" [(15, 0)]
    RegexRewrite "`uriRegexRewrite`" [(19, 0)]
    /// Before, the webhook demanded at least one attempt.
    NoRetries "`attempts: 0`" [(3, 0)]
    RetryRemoteLocalities "`retryRemoteLocalities`" [(6, 0)]
    RetryIgnorePreviousHosts "`retryIgnorePreviousHosts`" [(26, 0)]
    RetryBackoff "`backoff`" [(26, 0)]
    RetryOnReset "`reset`" [(5, 0)]
    RetryOnEnvoyRatelimited "`envoy-ratelimited`" [(9, 0)]
    RetryOnRetriableHeaders "`retriable-headers`" [(9, 0)]
    RetryOnResetBeforeRequest "`reset-before-request`" [(23, 0)]
    RetryOnHttp3PostConnectFailure "`http3-post-connect-failure`" [(23, 0)]
    /// Before, the field stood in the schema and did nothing.
    AbortWithGrpcStatus "`grpcStatus`" [(15, 0)]
    /// Whole percents; every release that has [`Self::MirrorPercentage`] prefers that.
    MirrorPercent "a percentage of copies" [(4, 0)]
    /// In 1.5 it stood in the schema and did nothing.
    MirrorPercentage "a fraction of a percent of copies" [(6, 0)]
    /// In 1.19 it stood in the schema and did nothing.
    Mirrors "a copy to several destinations" [(20, 0)]
    /// Before, origins were plain texts.
    AllowOrigins "a prefix or regex in `allowOrigins`" [(5, 0)]
    UnmatchedPreflights "`unmatchedPreflights`" [(23, 0)]
    /// Before, entries for a service that is there doubled the filter chains of the gateway, and Envoy refused
    /// all.
    MergedServices "`reach: merged`" [(22, 0)]
    EndpointAccount "the ServiceAccount of an endpoint" [(6, 0)]
    /// Called `LEAST_CONN` before.
    LeastRequest "`LEAST_REQUEST`" [(14, 0)]
    HttpIdleTimeout "`idleTimeout` of `http`" [(2, 0)]
    TcpIdleTimeout "`idleTimeout` of `tcp`" [(21, 0)]
    /// Before, the webhook demanded at least a millisecond.
    NoTcpIdleTimeout "`idleTimeout: 0s` of `tcp`" [(23, 6), (24, 4), (25, 1), (26, 0)]
    MaxConnectionDuration "`maxConnectionDuration`" [(15, 0)]
    H2UpgradePolicy "`h2UpgradePolicy`" [(3, 0)]
    UseClientProtocol "`useClientProtocol`" [(8, 0)]
    MaxConcurrentStreams "`maxConcurrentStreams`" [(21, 0)]
    Http2KeepAlive "`http2KeepAlive`" [(31, 0)]
    LocalityLbSetting "`localityLbSetting`" [(5, 0)]
    /// Before, endpoints did not carry the id of their cluster.
    ClusterLabel "a subset of one cluster" [(8, 0)]
    /// Before, nothing told a caller's own cluster from others.
    FailoverByCluster "`acrossClusters: failover` by discovery" [(12, 0)]
    FailoverPriority "`failoverPriority`" [(12, 0)]
    WarmupDuration "`warmup`" [(14, 0)]
    /// Before, it had a duration and nothing else.
    Warmup "`warmup` with more than a duration" [(24, 0)]
    HashOfQueryParameter "`httpQueryParameterName`" [(6, 0)]
    /// Before, there was a ring and nothing else.
    HashTables "`maglev`" [(16, 0)]
    CookieAttributes "`attributes` of a cookie" [(28, 0)]
    /// Before, `consecutiveErrors` counted what is now called gateway errors.
    ConsecutiveErrorsByKind "`consecutive5xxErrors`" [(5, 0)]
    /// Only one of it and [`Self::LocalityLbSetting`] at a time.
    ZoneAware "`zoneAwareLbSetting`" [(31, 0)]
    OutlierHttpErrorCodes "`outlierDetectionHttpErrorCodes`" [(31, 0)]
    LocalOriginErrors "counting errors of local origin" [(11, 0)]
    /// Called a setting of ambient, but with it control planes take endpoints in other networks from sidecars too.
    AmbientMultiNetwork "`AMBIENT_ENABLE_MULTI_NETWORK`" [(26, 0)]
    /// With `applyToSidecars` it hides each `ServiceEntry` from callers in other namespaces.
    EntryVisibility "`serviceEntryVisibility`" [(31, 0)]
    /// Before, a subset without a TLS mode was as one with mutual TLS to gateways, whatever its rule said.
    TlsModeOfRule "the TLS mode of a rule, for its subsets" [(31, 0)]
    ServerName "the name of a server" [(7, 0)]
    OptionalMutual "`OPTIONAL_MUTUAL`" [(19, 0)]
    GatewayIstioMutual "`ISTIO_MUTUAL`" [(3, 0)]
}

impl Release {
    /// Whether this release can say something.
    #[must_use]
    pub fn supports(self, feature: Feature) -> Support {
        let starts = feature.starts();
        let own_branch = starts.iter().find(|Start(minor, _)| *minor == self.minor);
        let earlier_branch = starts.iter().any(|Start(minor, _)| *minor < self.minor);
        match (own_branch, self.patch) {
            (None, _) => Support::from(earlier_branch),
            (Some(Start(_, first)), Some(patch)) => Support::from(patch >= *first),
            (Some(Start(_, 0)), None) => Support::Yes,
            (Some(_), None) => Support::DependsOnPatch,
        }
    }

    /// Whether every patch of this release that may be meant can say something.
    #[must_use]
    pub fn can(self, feature: Feature) -> bool {
        self.supports(feature) == Support::Yes
    }

    /// `apiVersion` of a kind of Istio's: the newest that it serves. `EnvoyFilter` has never had another.
    #[must_use]
    pub fn api_version(self, kind: Kind) -> &'static str {
        if kind == Kind::EnvoyFilter {
            "networking.istio.io/v1alpha3"
        } else if self.can(Feature::ApiV1) {
            "networking.istio.io/v1"
        } else if self.can(Feature::ApiV1beta1) {
            "networking.istio.io/v1beta1"
        } else {
            "networking.istio.io/v1alpha3"
        }
    }

    /// Whether its gateways pass TLS on by SNI: the profiles of 1.8 dropped the router mode, 1.11 made it
    /// needless.
    #[must_use]
    pub fn sni_routing(self) -> SniRouting {
        match self.minor {
            5 => SniRouting::UnlessByHelm,
            8..=10 => SniRouting::OnlyIfTold,
            0..=4 | 6..=7 | 11.. => SniRouting::Always,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(text: &str) -> Release {
        Release::parse(text).unwrap()
    }

    #[test]
    fn a_feature_may_start_at_a_patch_of_several_branches() {
        let support = |text| release(text).supports(Feature::ExactGatewayHosts);
        assert_eq!([support("1.7"), support("1.7.9"), support("1.8.5"), support("1.9.4")], [Support::No; 4]);
        assert_eq!([support("1.8"), support("1.9")], [Support::DependsOnPatch; 2]);
        assert_eq!([support("1.8.6"), support("1.9.5"), support("1.10"), support("1.31")], [Support::Yes; 4]);
    }

    #[test]
    fn a_whole_release_needs_no_patch() {
        assert_eq!(release("1.6").supports(Feature::WithoutHeaders), Support::Yes);
        assert_eq!(release("1.5.9").supports(Feature::WithoutHeaders), Support::No);
    }

    #[test]
    fn every_feature_has_come_to_stay() {
        for feature in Feature::ALL {
            assert!(feature.starts().is_sorted_by_key(|Start(minor, patch)| (*minor, *patch)), "{feature:?}");
            assert!(Release::LAST.can(*feature), "{feature:?}");
        }
    }

    #[test]
    fn words_that_changed_over_time() {
        let api = |text| release(text).api_version(Kind::Gateway);
        assert_eq!(
            [api("1.4"), api("1.5"), api("1.21"), api("1.22")].map(|api| api.rsplit('/').next().unwrap()),
            ["v1alpha3", "v1beta1", "v1beta1", "v1"]
        );
    }

    #[test]
    fn starts_are_written_as_releases() {
        let starts: Vec<String> =
            Feature::ExactGatewayHosts.starts().iter().map(ToString::to_string).collect();
        assert_eq!(starts, ["1.8.6", "1.9.5", "1.10"]);
    }
}
