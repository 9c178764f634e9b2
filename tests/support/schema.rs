//! The API server's judgement of one object: Istio's CRDs of the release it is written for, with their CEL rules.
//!
//! Enters: the minor release and the object. Leaves: its faults, each with the path to it. Unknown fields are faults
//! everywhere, as for `kubectl apply`; a keyword or rule that is not understood is one too, never passed over.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

mod metadata;
pub mod rules;
mod structure;

/// The oldest release with schemas; what is written for older ones is held against it.
const OLDEST: u32 = 5;

/// The schemas of all releases, by minor.
pub struct Schemas {
    /// By minor: definitions by kind.
    pub releases: BTreeMap<u32, Value>,
    service: Value,
    rules: rules::Rules,
}

impl Schemas {
    /// Reads `schemas/istio/`, and the schema of the only kind that is Kubernetes' own.
    pub fn read() -> Self {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/istio");
        let releases = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .map(|path| {
                let minor = path.file_stem().unwrap().to_str().unwrap().strip_prefix("1.").unwrap();
                (
                    minor.parse().unwrap(),
                    serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap(),
                )
            })
            .collect();
        let service = serde_json::from_str(include_str!("schema/service.json")).unwrap();
        Self { releases, service, rules: rules::Rules::default() }
    }

    /// All that is wrong with an object for Istio 1.`minor`.
    pub fn faults(&self, minor: u32, object: &Value) -> Vec<String> {
        let schema = match self.schema(minor, object) {
            Ok(schema) => schema,
            Err(fault) => return vec![fault],
        };
        let mut faults = metadata::faults(object);
        let mut own = object.clone();
        for field in ["apiVersion", "kind", "metadata"] {
            own.as_object_mut().unwrap().remove(field);
        }
        structure::check(schema, &own, &self.rules, "", &mut faults);
        faults
    }

    /// The schema of the object's kind and version. A version without one has that of the only version with one.
    fn schema(&self, minor: u32, object: &Value) -> Result<&Value, String> {
        let text = |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        if (api_version, kind) == ("v1", "Service") {
            return Ok(&self.service);
        }
        let unknown = || format!("{api_version} {kind} is not known to Istio 1.{minor}");
        let release = self.releases.get(&minor.max(OLDEST)).ok_or_else(unknown)?;
        let definition = release.get(kind).ok_or_else(unknown)?;
        let group = definition["group"].as_str().unwrap();
        let version =
            api_version.strip_prefix(group).and_then(|rest| rest.strip_prefix('/')).ok_or_else(unknown)?;
        let versions = definition["versions"].as_object().unwrap();
        let own = versions.get(version).ok_or_else(unknown)?;
        if minor < OLDEST && version != "v1alpha3" {
            return Err(unknown());
        }
        let mut own = std::iter::once(own).chain(versions.values());
        own.find_map(|version| version.get("openAPIV3Schema")).ok_or_else(unknown)
    }
}
