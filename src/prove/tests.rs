//! Mutations of sound bundles, each of which must be noticed.
