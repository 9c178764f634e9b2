//! What objects say to Argo CD: in which wave of a sync they are applied, and that stand-ins are never pruned.

use super::kind::object::Object;
use super::lower::{ClassObjects, Step};

const WAVE: &str = "argocd.argoproj.io/sync-wave";
const OPTIONS: &str = "argocd.argoproj.io/sync-options";

/// Marks what is written of one service.
pub fn service(classes: &mut [ClassObjects]) {
    for class in classes {
        self::objects(&mut class.objects);
        if let Some(stand_in) = &mut class.stand_in {
            say(stand_in, WAVE, "-1");
            say(stand_in, OPTIONS, "Prune=false");
        }
    }
}

/// Marks objects with the wave of their step.
pub fn objects(objects: &mut [(Step, Object)]) {
    for (step, object) in objects {
        let wave = match step {
            Step::Serve => "0",
            Step::Call => "1",
            Step::Route => "2",
        };
        say(object, WAVE, wave);
    }
}

fn say(object: &mut Object, annotation: &str, value: &str) {
    object.metadata.annotations.insert(annotation.to_owned(), value.to_owned());
}
