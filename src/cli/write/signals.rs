//! Signals while files are written.
//!
//! Enters: nothing. Leaves: nothing of a run half done. Refuses to know: files. Where there are no signals, nothing is held.

#[cfg(unix)]
pub(super) use unix::{Held, instead_of_ending};

/// Nothing to hold.
#[cfg(not(unix))]
pub(super) struct Held;

#[cfg(not(unix))]
impl Held {
    pub(super) fn all() -> Self {
        Self
    }

    pub(super) fn release(self) {}
}

#[cfg(not(unix))]
pub(super) fn instead_of_ending() {}

#[cfg(unix)]
mod unix {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use signal_hook::SigId;
    use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::{flag, low_level};

    /// A file larger than is allowed is an error of writing, with a path and a reason, and not the end of the program.
    pub(in crate::cli::write) fn instead_of_ending() {
        // Where it cannot be caught, it ends the program as it did.
        let _ = flag::register(SIGXFSZ, Arc::default());
    }

    /// Signals that wait until the files of a run are all in place.
    pub(in crate::cli::write) struct Held {
        signals: Vec<(i32, Arc<AtomicBool>, Option<SigId>)>,
    }

    impl Held {
        pub(in crate::cli::write) fn all() -> Self {
            let hold = |signal| {
                let came = Arc::new(AtomicBool::new(false));
                let id = flag::register(signal, Arc::clone(&came)).ok();
                (signal, came, id)
            };
            Self { signals: [SIGINT, SIGTERM].map(hold).into() }
        }

        /// Does what a signal asked for that came meanwhile.
        pub(in crate::cli::write) fn release(self) {
            for (signal, came, id) in self.signals {
                if came.load(Ordering::SeqCst) {
                    // Ends the program, as if the signal came now.
                    let _ = low_level::emulate_default_handler(signal);
                }
                // From now on it does at once.
                let _ = flag::register_conditional_default(signal, Arc::new(AtomicBool::new(true)));
                id.map(low_level::unregister);
            }
        }
    }
}
