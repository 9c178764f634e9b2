//! Why far pods cannot join a service, or would do harm.

/// Why far pods cannot join, or would do harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hindrance {
    /// A cluster has no `network`; nothing else shows that an endpoint is elsewhere.
    NoNetwork,
    /// Both clusters are on one network.
    OneNetwork,
    /// The gateway is dialled by name; an endpoint that joins needs an IP address.
    DialledByName,
    /// The cluster domains differ, and with them the names.
    Domains,
    /// Entries cannot be hidden from other namespaces.
    Namespaces,
    /// The plain name is made by an entry already.
    PlainEntry,
    /// The service is headless: callers choose among its pods themselves, and nothing joins these.
    Headless,
    /// Control planes see each other's endpoints: the far pods are there already.
    Discovered,
    /// Control planes show pods of further clusters under the same name.
    DiscoveredBeside,
    /// An endpoint names one `ServiceAccount` of the callers' own trust domain.
    Accounts,
}
