//! Every query of every case, followed through the text of its bundles.

use meshgen::trace::Tracer;

use crate::support::case::{Case, DIAGNOSTICS};
use crate::support::compiled::compile;
use crate::support::query::Queries;
use crate::translation::followed::routing;

#[test]
fn every_query_of_every_case_ends_where_it_must() {
    let (mut followed, mut differences, mut not_followed) = (0, Vec::new(), Vec::new());
    for case in Case::all() {
        let Some(queries) = Queries::of(&case.name) else { continue };
        let sources = case.sources();
        let mut world = meshgen::world(&sources).value.unwrap();
        queries.extend(&mut world);
        let mut files = compile(&sources);
        files.remove(DIAGNOSTICS);
        assert!(!files.is_empty(), "{} gives no bundles", case.name);
        let routing = routing(&files);
        let tracer = Tracer::new(&world, &routing);
        for query in &queries.queries {
            match query.request() {
                Ok(request) => {
                    followed += 1;
                    let trace = tracer.trace(&request).unwrap();
                    let release = world.cluster(query.caller()).unwrap().release;
                    let found = query.differences(&trace, release);
                    differences
                        .extend(found.into_iter().map(|found| format!("{}: {query}: {found}", case.name)));
                    differences.extend(
                        trace.notes.iter().map(|note| format!("{}: {query}: note: {note}", case.name)),
                    );
                }
                Err(reason) => not_followed.push(format!("{}: {query}: {reason}", case.name)),
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(not_followed.is_empty(), "{}", not_followed.join("\n"));
    assert!(followed >= 150, "only {followed} queries");
}
