//! The command `meshgen`.

use std::process::ExitCode;

fn main() -> ExitCode {
    meshgen::cli::run(std::env::args_os())
}
