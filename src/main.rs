//! The command `meshgen`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A build makes many small pieces and drops them soon; see docs/performance.md.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    meshgen::cli::run(std::env::args_os())
}
