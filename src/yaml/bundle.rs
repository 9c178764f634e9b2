//! A bundle as text: a first line that says whose it is, and above each object a comment that says why it exists.

use crate::bundle::{Bundle, StandIns};
use crate::istio;
use crate::istio::object::Object;
use crate::source::mark::Mark;

/// The bundle of one cluster of a mesh as it is written to files.
#[must_use]
pub fn render(bundle: &istio::Bundle, mesh: &str) -> Bundle {
    let istio::Bundle {
        cluster,
        context,
        release,
        configured_by,
        objects,
        stand_ins,
        reaches,
        origins,
        places: _,
        ground: _,
    } = bundle;
    let title = Mark::line(cluster, &release.to_string(), mesh);
    let names = |object: &Object| match object.metadata.namespace.as_str() {
        "default" => object.metadata.name.clone(),
        namespace => format!("{namespace}/{}", object.metadata.name),
    };
    let (text, longest) = if objects.is_empty() { (String::new(), 0) } else { documents(&title, objects) };
    Bundle {
        mesh: mesh.to_owned(),
        cluster: cluster.clone(),
        context: context.clone(),
        release: release.to_string(),
        configured_by: configured_by.clone(),
        objects: objects.len(),
        text,
        longest,
        stand_ins: if stand_ins.is_empty() {
            None
        } else {
            Some(StandIns {
                services: stand_ins.iter().map(names).collect(),
                text: documents(&title, stand_ins).0,
            })
        },
        reaches: reaches.clone(),
        origins: origins.clone(),
    }
}

/// All objects, and the bytes of the longest.
fn documents(title: &str, objects: &[Object]) -> (String, usize) {
    let (mut text, mut longest) = (String::new(), 0);
    super::comment(title, &mut text);
    for (index, object) in objects.iter().enumerate() {
        if index > 0 {
            text.push_str("---\n");
        }
        super::comment(&object.why, &mut text);
        let before = text.len();
        super::write(object, &mut text);
        longest = longest.max(text.len() - before);
    }
    (text, longest)
}
