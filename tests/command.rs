//! The command as people meet it: exit codes, streams, files. Each test runs the built program in a directory of its own.

mod build;
mod crossings;
mod dumps;
mod graph; // pictures
mod imports; // inputs out of dumps
mod inputs;
mod intent; // of a change
mod killed;
mod layouts; // of the output directory
mod limits;
mod manifests;
mod needs;
mod next; // a step
mod sides; // of a change
mod system;
mod trace;
mod overview; // all of them at once
mod queries; // what is to stay true
mod words;
mod world;
