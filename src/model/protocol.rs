//! What is spoken on a port, and which kind of route Istio follows there.
//!
//! Enters: nothing but Istio's own words. Leaves: [`Protocol`], [`RouteKind`]. Refuses to know: which service has
//! the port.

/// What is spoken on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// HTTP/1.1
    Http,
    /// HTTP/2
    Http2,
    /// HTTP to a proxy
    HttpProxy,
    /// gRPC
    Grpc,
    /// gRPC-Web
    GrpcWeb,
    /// HTTP in TLS that the application speaks itself
    Https,
    /// TLS that the application speaks itself
    Tls,
    /// Any bytes
    Tcp,
    /// `MongoDB`'s wire protocol
    Mongo,
    /// `MySQL`'s protocol
    Mysql,
    /// Redis' protocol
    Redis,
    /// Datagrams, which Istio leaves alone
    Udp,
}

/// Which list of a service's routes a port obeys; a route in another list does nothing there, without a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteKind {
    /// Each request by what it says.
    Http,
    /// Each connection by the SNI that the caller sends in clear text.
    Tls,
    /// Each connection by its two ends.
    Tcp,
}

impl Protocol {
    /// All that Istio knows.
    pub const ALL: [Self; 12] = [
        Self::Http,
        Self::Http2,
        Self::HttpProxy,
        Self::Grpc,
        Self::GrpcWeb,
        Self::Https,
        Self::Tls,
        Self::Tcp,
        Self::Mongo,
        Self::Mysql,
        Self::Redis,
        Self::Udp,
    ];

    /// By Istio's word for it, in any case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.istio().eq_ignore_ascii_case(word))
    }

    /// What Istio takes the name of a port for: the word before the first `-`, but `grpc-web` whole.
    #[must_use]
    pub fn word_of_name(port: &str) -> &str {
        match port.get(..8) {
            Some(start)
                if start.eq_ignore_ascii_case("grpc-web")
                    && matches!(port.as_bytes().get(8), None | Some(b'-')) =>
            {
                start
            }
            Some(_) | None => port.split('-').next().unwrap_or(port),
        }
    }

    /// In Istio's spelling, as in `ports[].protocol`.
    #[must_use]
    pub fn istio(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Http2 => "HTTP2",
            Self::HttpProxy => "HTTP_PROXY",
            Self::Grpc => "GRPC",
            Self::GrpcWeb => "GRPC-WEB",
            Self::Https => "HTTPS",
            Self::Tls => "TLS",
            Self::Tcp => "TCP",
            Self::Mongo => "MONGO",
            Self::Mysql => "MYSQL",
            Self::Redis => "REDIS",
            Self::Udp => "UDP",
        }
    }

    /// The kind of route that it takes; none for what Istio does not see.
    ///
    /// Source: `IsHTTP`, `IsTLS` and `IsTCP` in Istio's `pkg/config/protocol`.
    #[must_use]
    pub fn route(self) -> Option<RouteKind> {
        match self {
            Self::Http | Self::Http2 | Self::HttpProxy | Self::Grpc | Self::GrpcWeb => Some(RouteKind::Http),
            Self::Https | Self::Tls => Some(RouteKind::Tls),
            Self::Tcp | Self::Mongo | Self::Mysql | Self::Redis => Some(RouteKind::Tcp),
            Self::Udp => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_protocol_as_istio_reads_them() {
        let of_name = |name| Protocol::parse(Protocol::word_of_name(name));
        assert_eq!(of_name("grpc-web-api"), Some(Protocol::GrpcWeb));
        assert_eq!(of_name("grpc-api"), Some(Protocol::Grpc));
        assert_eq!(of_name("mysql"), Some(Protocol::Mysql));
        assert_eq!(of_name("udp-dns"), Some(Protocol::Udp));
        assert_eq!(of_name("db"), None);
        assert_eq!(of_name("tlsa-x"), None);
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        assert!(
            Protocol::ALL.into_iter().all(|protocol| Protocol::parse(protocol.istio()) == Some(protocol))
        );
    }
}
