//! The worlds of `tests/translation/worlds`: real Istio is asked what `meshgen trace` is asked there.
//!
//! Enters: a release of Istio. Leaves: lines of the table, one a query.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use meshgen::trace::Tracer;

use crate::agreement;
use crate::istio::{Answer, Istio};
use crate::support::query::Queries;
use crate::table::Table;
use crate::translation::worlds::{root, routing, since, world};

/// Judges every world that the release takes.
pub fn judge(istio: &Istio, table: &mut Table) {
    let (column, release) = (istio.column(), istio.minor());
    let mut worlds: Vec<PathBuf> =
        std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()).collect();
    worlds.retain(|directory| since(directory) <= release);
    worlds.sort();
    let directories: Vec<&Path> = worlds.iter().map(PathBuf::as_path).collect();
    let answers = match istio.follow(&directories) {
        Ok(answers) => answers,
        Err(why) => return table.broken(&column, &why),
    };
    for directory in &worlds {
        let row = format!("world {}", directory.file_name().unwrap().to_str().unwrap());
        let (mut world, routing) = (world(directory), routing(directory));
        for cluster in &mut world.clusters {
            cluster.release = release;
        }
        let tracer = Tracer::new(&world, &routing);
        let answers = answers.iter().filter(|answer| answer.scene == *directory);
        let answers: BTreeMap<&str, &Answer> =
            answers.map(|answer| (answer.query.as_str(), answer)).collect();
        for query in Queries::read(&directory.join("queries.yaml")).unwrap().queries {
            let differences = match answers.get(query.name()) {
                None => vec!["the judge says nothing".to_owned()],
                Some(answer) => {
                    let trace = tracer.trace(&query.request().unwrap()).unwrap();
                    agreement::of_world(answer, &trace, query.app())
                }
            };
            table.check(&row, &column, &query.to_string(), &differences);
        }
    }
}
