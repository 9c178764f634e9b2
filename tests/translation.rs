//! What the input promises is what the bundles do: every query of every case, followed through the text of the bundles.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests stand outside the compiler and read files")]

use meshgen::trace::Tracer;
use meshgen::trace::object::{BundleText, Routing};
use support::case::{Case, DIAGNOSTICS, compile};
use support::query::Queries;

mod support {
    pub mod case;
    pub mod query;
}

#[test]
fn every_query_of_every_case_ends_where_it_must() {
    let (mut followed, mut differences, mut not_followed) = (0, Vec::new(), Vec::new());
    for case in Case::all() {
        let Some(text) = case.queries() else { continue };
        let queries: Queries =
            serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let sources = case.sources();
        let mut world = meshgen::world(&sources).value.unwrap();
        queries.extend(&mut world);
        let mut files = compile(&sources);
        files.remove(DIAGNOSTICS);
        assert!(!files.is_empty(), "{} gives no bundles", case.name);
        let bundles: Vec<_> = files
            .iter()
            .map(|(file, text)| {
                let cluster = file.trim_end_matches(".yaml").trim_end_matches(".stand-ins");
                BundleText { cluster, file, text }
            })
            .collect();
        let routing = Routing::read(&bundles).unwrap();
        let tracer = Tracer::new(&world, &routing);
        for query in &queries.queries {
            match query.request() {
                Ok(request) => {
                    followed += 1;
                    let trace = tracer.trace(&request).unwrap();
                    let found = query.differences(&trace);
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
