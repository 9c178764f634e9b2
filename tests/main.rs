//! All tests from outside the compiler, in one program: linking costs more than running most of them.
//!
//! What others judge is a program of its own, `conformance`, because it prints a table.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests stand outside the compiler: files, environment")]

mod support {
    pub mod bundles; // the files of a run, by cluster
    pub mod case; // a directory below testdata/
    pub mod compiled; // what the compiler makes of one
    pub mod golden; // what must be true of every bundle
    pub mod readers; // four readers of YAML
    pub mod yaml_1_1; // the rules of YAML 1.1
    pub mod schema; // the API server's judgement
    pub mod query; // a question of a case
    pub mod dump; // what a cluster prints of itself
    pub mod reversed; // the same text in another order
    pub mod hostile; // strings that YAML misreads
    pub mod document; // README.md and docs/
    pub mod session; // commands in a document
    pub mod chance; // numbers that are the same every time
    pub mod work; // processor time
}

// What every case gives.
mod cases; // the expected files
mod releases; // every release
mod translation; // what its queries find, and what its words promise
mod longhand; // what `resolve` prints of it
mod imports; // what an import of its dumps builds
mod taken_over; // who answers while it replaces what runs
mod foreign; // what objects of others mean

// Inputs that are wrong.
mod cascades; // one cause, one finding
mod spans; // where the cause is shown
mod steps; // a canary, step by step
mod fuzz; // what nobody listed
mod generated; // what nobody would write

// The rest of the product.
mod command; // arguments, streams, files
mod roundtrip; // the writer of YAML
mod schemas; // the judges of bundles
mod change; // from one state to another
mod wild; // what people publish
mod documents; // what the documents show
mod checks; // what they link to
mod pages; // the page of every code
mod house; // where what lies
mod laws; // what docs/proof.md says that holds
