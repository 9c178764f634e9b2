//! How a call gets into another cluster.

/// The way into another cluster.
#[derive(Clone, Copy, Debug, Default)]
pub enum Reach {
    /// The caller says what the far gateway already understands.
    #[default]
    Sni,
    /// The far gateway is taught the names that callers say.
    Rewrite,
    /// Far pods join the endpoints of the service.
    Merged,
    /// The control planes see each other's endpoints already.
    Discovery,
}
