//! What the input promises is what the bundles do. The promise is computed from the words of the language, the deed by
//! following requests through the text of the bundles; neither looks at how one became the other.

mod cases; // every query of every case
mod goldens; // faults in the bundles of every case
mod worlds; // worlds beyond topologies
pub mod followed; // bundles, and where requests go in them
pub mod mesh; // a mesh in the language's words
pub mod tape; // random meshes
mod promise; // what the words promise
mod random; // random meshes keep their promises
mod places; // a second place leaves the first alone
mod crossings;
mod dumps; // dumps say the same as their world
mod mutations; // bundles with a fault do not
