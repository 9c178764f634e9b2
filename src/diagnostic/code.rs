//! The registry of codes: one line each. A code is never reused, and one without a page does not compile.

use std::fmt;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The inputs are wrong; nothing is written.
    Error,
    /// Likely not what was meant; an error under `--deny warnings`.
    Warning,
    /// Worth knowing.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

macro_rules! codes {
    ($($code:ident $severity:ident $title:literal)*) => {
        /// Stable name of a kind of finding. `MG01xx` reading, `MG02xx` topology, `MG03xx` routing,
        /// `MG04xx` reachability, `MG05xx` Istio release, `MG06xx` output,
        /// `MG07xx` what runs today, `MG08xx` what is to stay true.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $code,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Code] = &[$(Code::$code,)*];

            /// As printed: `MG0302`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }

            /// How grave it is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$code => Severity::$severity,)* }
            }

            /// One line: what it is about.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)* }
            }

            /// Its page, Markdown: what, an example that triggers it, the fix, what Istio would have done.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self { $(Self::$code => include_str!(concat!("../../docs/errors/", stringify!($code), ".md")),)* }
            }
        }
    };
}

codes! {
    MG0101 Error "the text is not UTF-8"
    MG0102 Error "a control character stands in the text"
    MG0103 Error "an input is too large"
    MG0104 Error "the text is not YAML"
    MG0105 Error "lists and maps are nested too deep"
    MG0106 Error "a text stands for too many values"
    MG0107 Error "an alias names no anchor"
    MG0108 Error "an alias stands inside what it stands for"
    MG0109 Error "a map has the same key twice"
    MG0110 Error "a key is not text"
    MG0111 Error "a tag is unknown or disagrees with its value"
    MG0112 Error "a merge key merges something that is no map"
    MG0113 Error "an input is empty"
    MG0114 Error "an input is meshgen's own output"
    MG0115 Error "a document does not say what it is"
    MG0116 Error "a document is written for a newer meshgen"
    MG0117 Error "a document is of a kind that is not meshgen's"
    MG0118 Error "a document is of a kind that meshgen does not read yet"
    MG0119 Note "documents of other kinds were skipped"
    MG0120 Error "a field is unknown"
    MG0121 Error "a required field is missing"
    MG0122 Error "a value is missing"
    MG0123 Error "a value has the wrong form"
    MG0124 Error "a number is not a plain number"
    MG0125 Error "a number is out of range"
    MG0126 Error "a boolean is neither `true` nor `false`"
    MG0127 Error "a word is none of those that are known here"
    MG0128 Error "a compound name has an empty or surplus part"
    MG0129 Error "shares stand where a rule is expected"
    MG0130 Error "two documents disagree"
    MG0131 Error "the routes of a service stand in two places"
    MG0133 Error "a text is compared in no way, or in several"
    MG0134 Error "a match without conditions"
    MG0150 Error "an `include` matches no file"
    MG0161 Note "templates were skipped"
    MG0162 Error "a file that is not read"
    MG0164 Error "two documents stand without a line between them"
    MG0165 Error "a blank is missing behind a colon"
    MG0201 Error "there are no clusters"
    MG0202 Error "a name is not a DNS label"
    MG0203 Error "a version or the like is not a label value"
    MG0204 Error "two versions have one subset name"
    MG0205 Error "a cluster that is not in the topology"
    MG0206 Error "a gateway's address is neither an IP address nor a DNS name"
    MG0207 Error "no other cluster reaches a gateway's address"
    MG0208 Error "a gateway has no address"
    MG0209 Warning "a gateway's address is listed twice"
    MG0210 Error "a service says not at all, or twice, where it runs"
    MG0211 Error "a service has no ports"
    MG0212 Error "ports that Kubernetes would refuse"
    MG0213 Error "something runs nowhere, or a list names one thing twice"
    MG0214 Error "an unknown protocol"
    MG0215 Error "the protocol of a port does not show from its name"
    MG0216 Error "UDP would have to lead into another cluster"
    MG0217 Error "a label or annotation that cannot be written"
    MG0218 Error "an unknown release of Istio"
    MG0219 Error "a domain is not a DNS name"
    MG0220 Error "the pool of virtual addresses is not a network"
    MG0221 Error "virtual addresses that belong to somebody else"
    MG0222 Error "a virtual address cannot be pinned"
    MG0223 Note "a cluster is never used"
    MG0224 Error "a service's names are too long"
    MG0225 Error "remote names end like a cluster's own"
    MG0226 Error "two clusters have the same gateway"
    MG0227 Error "a port that pods cannot have"
    MG0237 Error "a word of `trafficPolicy` that would break what crosses clusters"
    MG0238 Error "a `trafficPolicy` or a part of it says nothing"
    MG0239 Error "a port has settings twice"
    MG0240 Error "a service account that cannot be"
    MG0241 Error "a server of a gateway that cannot be"
    MG0242 Error "the TLS of a server does not fit"
    MG0243 Error "the name of an ingress gateway is taken"
    MG0244 Error "servers that cannot share a port"
    MG0245 Warning "two gateways are open for one host"
    MG0250 Error "a control plane that another cluster configures"
    MG0251 Error "two clusters with one registry"
    MG0260 Error "versions whose labels do not tell them apart"
    MG0261 Error "a port that Istio's proxy keeps for itself"
    MG0262 Error "a virtual address that no connection can be for"
    MG0263 Error "a gateway's address that each cluster resolves for itself"
    MG0264 Error "an address for certain callers where istiod chooses it"
    MG0265 Warning "a port that everybody knows by another protocol"
    MG0266 Warning "a patch release that meshgen does not know"
    MG0267 Warning "a server that no route can be attached to"
    MG0268 Note "callers of another trust domain"
    MG0269 Error "a context that cannot be shown"
    MG0270 Error "a finding that cannot be acknowledged"
    MG0271 Note "an acknowledgement fits nothing"
    MG0272 Note "a cluster whose files Windows cannot have"
    MG0301 Error "a route for a service that is not in the topology"
    MG0302 Error "a rule names a version that the service does not have"
    MG0303 Error "a version does not run in the cluster named"
    MG0304 Error "shares do not add up to 100"
    MG0305 Error "one destination is listed twice"
    MG0306 Error "a rule gives no answer, or two"
    MG0307 Error "a port that the service does not have"
    MG0308 Error "a destination at a service that is not in the topology"
    MG0309 Error "a destination does not say which version"
    MG0311 Warning "requests that no rule matches"
    MG0312 Warning "a rule is never reached"
    MG0313 Warning "a rule is for nobody"
    MG0314 Error "which port of another service is meant cannot be told"
    MG0315 Note "no rule names a version"
    MG0316 Warning "requests are mirrored to where all of them go"
    MG0317 Error "a rule speaks of requests and of connections"
    MG0318 Error "a rule says nothing on the port that it names"
    MG0319 Error "an SNI that cannot be"
    MG0320 Error "one SNI is wanted for two services"
    MG0321 Error "a destination subnet that is none"
    MG0322 Error "two rules for one network and one workload"
    MG0323 Error "requests from outside for a service that speaks no HTTP"
    MG0327 Error "an ingress gateway that is not in the topology"
    MG0328 Error "two services answer the same requests from outside"
    MG0329 Error "a host that a gateway is not open for"
    MG0330 Error "a path that cannot be said together with that of a rule"
    MG0331 Warning "requests are let in that no rule answers"
    MG0332 Warning "a method that looks misspelt"
    MG0333 Warning "a path without its slash"
    MG0350 Error "a duration that Istio does not take"
    MG0351 Error "a regular expression that RE2 does not take"
    MG0352 Error "a header name that cannot be"
    MG0353 Error "a header value that cannot be sent"
    MG0354 Error "an empty text where there must be one"
    MG0355 Warning "a header or parameter compared with nothing"
    MG0356 Error "a method that there is not"
    MG0357 Warning "a method that is not in upper case"
    MG0360 Error "a percentage out of range"
    MG0361 Error "a status out of range"
    MG0362 Error "a gRPC status that there is not"
    MG0363 Error "retries without attempts"
    MG0364 Error "a reason to retry that Istio does not know"
    MG0365 Error "two words that exclude each other"
    MG0366 Error "a word that Istio does not know here"
    MG0367 Error "an action that says nothing"
    MG0368 Error "a body that cannot be sent"
    MG0369 Error "a claim of a token, which only gateways see"
    MG0370 Error "a header named twice"
    MG0371 Error "an action that an answer without destination cannot have"
    MG0372 Error "settings that Istio takes only together, or never together"
    MG0373 Error "localities that Istio does not take"
    MG0374 Warning "a failover that never happens"
    MG0375 Error "the size of a table is not a prime"
    MG0376 Warning "requests that are alike go to one endpoint only within a cluster"
    MG0377 Error "a command in a header value that Envoy does not take"
    MG0378 Error "a query parameter whose name cannot be"
    MG0379 Error "a line break where Envoy takes none"
    MG0380 Warning "a host that is compared without its port"
    MG0382 Warning "a value that no request has"
    MG0383 Error "a group that the regular expression does not have"
    MG0385 Error "shares of regions leave out a destination"
    MG0390 Warning "a host that takes requests from a wildcard"
    MG0391 Error "a step that there is not"
    MG0392 Error "steps that differ in more than shares"
    MG0393 Error "weights that nobody else can turn"
    MG0394 Warning "weights that are turned in one of several clusters"
    MG0401 Error "callers need a cluster that has no gateway"
    MG0402 Warning "a cluster's part of a share rounds to nothing"
    MG0403 Warning "a cluster without gateway is left out"
    MG0404 Error "the pool of virtual addresses is too small"
    MG0405 Warning "connections that no rule matches"
    MG0406 Error "a name for connections has no address of its own"
    MG0407 Error "connections to a headless service would have to lead into another cluster"
    MG0408 Error "versions of a headless service cannot be told apart"
    MG0409 Warning "a rule does not change UDP"
    MG0420 Error "a destination names a cluster that is drained"
    MG0421 Error "what callers need runs only where it is drained"
    MG0422 Error "a gateway's address for callers in its own cluster"
    MG0423 Error "clusters that cannot stand in for each other"
    MG0424 Error "a caller's own cluster cannot fail over to others"
    MG0425 Error "far pods cannot join a service"
    MG0426 Note "gateways that must see their own network alone"
    MG0427 Note "sizes that do nothing"
    MG0450 Error "one remote name for clusters of different domains"
    MG0451 Error "the bundles would be too large"
    MG0460 Error "a network that no gateway leads into"
    MG0461 Error "a network without a name beside others with one"
    MG0462 Error "callers of one control plane that need different rules"
    MG0463 Note "services without rules are spread over all clusters"
    MG0464 Error "another way into a cluster that shares its control plane"
    MG0465 Error "discovery between different cluster domains"
    MG0466 Error "pods of a headless service elsewhere"
    MG0467 Error "any version in one of two clusters that see each other"
    MG0468 Note "clusters that stand in for each other share by their pods"
    MG0501 Error "a word that the release lacks"
    MG0502 Error "a release whose patch decides"
    MG0503 Warning "a request that lacks the header does not count as without it"
    MG0530 Error "a release whose patch decides how a gateway is taught names"
    MG0550 Warning "gateways that do not pass TLS through by themselves"
    MG0601 Error "a promise is broken"
    MG0602 Warning "an object is too large for a client-side apply"
    MG0603 Error "a name has too many endpoints"
    MG0610 Warning "a file is left from an earlier run"
    MG0611 Error "the directory is not what the inputs give"
    MG0620 Note "a copy of a bundle lies beside the bundles"
    MG0630 Error "a request changes that no change names"
    MG0631 Error "a request becomes something else than was meant"
    MG0632 Error "a change that names no request"
    MG0701 Note "something in a dump is not read"
    MG0702 Error "a template where an object is expected"
    MG0703 Error "one object has several contents"
    MG0704 Error "something is not decided yet"
    MG0705 Error "an object names no namespace"
    MG0706 Note "a Service without pods is left out"
    MG0707 Warning "something that would not build is left out"
    MG0708 Warning "the protocol of a port is guessed"
    MG0709 Note "pods of no version"
    MG0720 Error "no TLS towards a gateway that passes TLS on"
    MG0721 Error "no far gateway knows the SNI"
    MG0722 Error "an endpoint names a port that its entry has not"
    MG0723 Error "the application's own TLS towards a gateway that passes on the mesh's alone"
    MG0724 Warning "a filter of the past"
    MG0725 Warning "an endpoint is the own address of a pod"
    MG0726 Warning "two entries are for one host"
    MG0727 Error "TLS that is not the mesh's, or a way from gateway to gateway"
    MG0728 Error "Gateways make Envoy refuse a listener"
    MG0729 Error "a port of a gateway passes no TLS on"
    MG0730 Warning "of two objects for one host the older counts alone"
    MG0731 Warning "rules for a host that is nobody's"
    MG0732 Error "a destination that is nobody's name"
    MG0733 Warning "a delegate that is not there"
    MG0734 Error "objects that hide each other's subsets"
    MG0735 Error "a rule or an entry for a service that nobody has"
    MG0736 Error "a share is for nobody"
    MG0737 Warning "a destination without weight beside others with one"
    MG0738 Warning "a destination at one port takes the requests of others"
    MG0739 Error "pods that others call do not take the mesh's TLS"
    MG0740 Error "the far service has another port"
    MG0741 Warning "a Sidecar hides a name from those who have rules for it"
    MG0742 Note "requests leave the dumps"
    MG0743 Error "a certificate that the other end does not take"
    MG0750 Warning "a subset that a gateway dials would vanish"
    MG0751 Warning "a part of an object that is not taken over"
    MG0752 Error "a part of an object that cannot be taken over"
    MG0753 Error "weights that are no whole percents"
    MG0754 Error "a subset that is no version of the topology"
    MG0755 Error "two objects for one host, and nothing says which is older"
    MG0756 Warning "a subset that nothing defines"
    MG0757 Note "routes of gateways stay as they are"
    MG0759 Warning "a DestinationRule for some callers alone"
    MG0760 Warning "of two policies the older counts"
    MG0761 Error "two policies for the same requests disagree"
    MG0762 Warning "a DestinationRule for a host that is nobody's"
    MG0801 Error "a query that nobody can ask"
    MG0802 Error "an expectation that no request can meet"
    MG0803 Error "a query that expects nothing"
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
