//! Which judges there are.
//!
//! Enters: the environment. Leaves: programs. `MESHGEN_JUDGES` lists builds of `tests/istio`, each with the release of Istio
//! that it was built with: `1.24.0=/path/judge-1.24,1.29.1=/path/judge`. `MESHGEN_KUBECTL` is the `kubectl` of the servers of
//! `tests/kubeapi`, which KUBECONFIG names. `MESHGEN_ENVOY` is an Envoy; it judges what the newest of the releases makes.
//! `MESHGEN_TRAFFIC` is the program of `tests/traffic` and `MESHGEN_TRAFFIC_ENVOY` the Envoy that it runs, with the newest of the
//! releases; `MESHGEN_TRAFFIC_CASES` lists some cases and changes, if not all are to be run. `MESHGEN_PARTS` lists some modules of this test, such as
//! `between,changed`, if not all are to judge.

use std::path::{Path, PathBuf};

use crate::envoy::Envoy;
use crate::istio::Istio;
use crate::kubectl::Kubectl;
use crate::traffic::Traffic;

const ISTIO: &str = "MESHGEN_JUDGES";
const KUBECTL: &str = "MESHGEN_KUBECTL";
const ENVOY: &str = "MESHGEN_ENVOY";
const TRAFFIC: &str = "MESHGEN_TRAFFIC";
const TRAFFIC_ENVOY: &str = "MESHGEN_TRAFFIC_ENVOY";
const TRAFFIC_CASES: &str = "MESHGEN_TRAFFIC_CASES";
const PARTS: &str = "MESHGEN_PARTS";

/// All judges that are named.
#[derive(Debug, Default)]
pub struct Judges {
    /// By release, oldest first.
    pub istio: Vec<Istio>,
    /// API servers.
    pub kubectl: Option<Kubectl>,
    /// Of proxies.
    pub envoy: Option<Envoy>,
    /// Of requests.
    pub traffic: Option<Traffic>,
    /// What is judged, if not all.
    only: Option<Vec<String>>,
}

impl Judges {
    /// Those that the environment names, or why they cannot be had.
    pub fn of_environment() -> Result<Self, String> {
        let builds = std::env::var(ISTIO).unwrap_or_default();
        let istio =
            builds.split(',').filter(|entry| !entry.is_empty()).map(release).collect::<Result<_, _>>()?;
        let kubectl = named(KUBECTL)?.map(|program| Kubectl { program });
        let envoy = named(ENVOY)?.map(|program| Envoy { program });
        let traffic = match (named(TRAFFIC)?, named(TRAFFIC_ENVOY)?) {
            (Some(program), Some(envoy)) => Some(Traffic { program, envoy, only: listed(TRAFFIC_CASES) }),
            (None, _) => None,
            (Some(_), None) => return Err(format!("{TRAFFIC} needs {TRAFFIC_ENVOY}")),
        };
        Ok(Self { istio, kubectl, envoy, traffic, only: listed(PARTS) })
    }

    /// Whether a module is to judge.
    pub fn runs(&self, part: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|name| name == part))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        let Self { istio, kubectl, envoy, traffic, only: _ } = self;
        istio.is_empty() && kubectl.is_none() && envoy.is_none() && traffic.is_none()
    }
}

fn listed(variable: &str) -> Option<Vec<String>> {
    let listed = std::env::var(variable).ok().filter(|listed| !listed.is_empty())?;
    Some(listed.split(',').map(str::to_owned).collect())
}

/// Reads `1.29.1=/path/judge`.
fn release(entry: &str) -> Result<Istio, String> {
    let (release, program) = entry
        .split_once('=')
        .ok_or_else(|| format!("`{entry}` in {ISTIO} is not of the form RELEASE=PROGRAM"))?;
    Ok(Istio { release: release.to_owned(), program: there(program)? })
}

/// The program that a variable names, if it is set.
fn named(variable: &str) -> Result<Option<PathBuf>, String> {
    std::env::var(variable)
        .ok()
        .filter(|program| !program.is_empty())
        .map(|program| there(&program))
        .transpose()
}

/// A program that is there.
fn there(program: &str) -> Result<PathBuf, String> {
    let path = Path::new(program);
    path.is_file().then(|| path.to_owned()).ok_or_else(|| format!("there is no program `{program}`"))
}
