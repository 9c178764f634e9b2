//! The command as people meet it: exit codes, streams, files. Each test runs the built program in a directory of its own.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests of the outside world, where failing is panicking"
)]

mod build;
mod inputs;
mod killed;
mod limits;
mod needs;
mod system;
mod trace;
mod words;
mod world;
