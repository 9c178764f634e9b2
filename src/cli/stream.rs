//! Stdout and stderr.
//!
//! Enters: whole texts. Leaves: the same on a stream, or a failure. Refuses to know: what they say. Data goes to stdout,
//! words to stderr; a stream that cannot be written never ends in a panic.

use std::io::{self, Write as _};

use super::Ending;
use super::failure::Failure;

/// Writes data to stdout, all of it or not done.
pub(super) fn data(bytes: &[u8]) -> Result<Ending, Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Ending::Done),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::silent()),
        Err(error) => Err(Failure::system("write to", "<stdout>".as_ref(), &error)),
    }
}

/// Writes words to stderr. When that fails there is nobody left to tell.
pub(super) fn words(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
