//! What each class of clusters must know of one service: planned without any other service.

use std::collections::{BTreeMap, BTreeSet};

use super::class::Class;
use super::class_plan::ClassPlan;
use super::common::Common;
use super::crossing::Crossings;
use super::demand::{self, Asked, LetIn};
use super::plain_name::PlainName;
use super::promise::{Names, Promises};
use super::rules::route;
use super::rules::survey::Survey;
use super::rules::target::{Route, ServiceRoutes};
use super::uses::{FarUse, Use};
use super::way::discovery::{self, Discovery};
use super::way::rewrite::{self, Translation};
use super::way::{self, merged, sni};
use super::{affinity, control_plane, distribution, problems, serving, told_apart, unaddressed};
use crate::diagnostic::Finding;
use crate::model::name::HOST;
use crate::model::{Cluster, ClusterId, IngressGatewayId, Pick, Service, ServiceId};
use crate::source::Place;

/// One service: what each class of clusters must know of it, and what it asks of gateways.
#[derive(Clone, Debug)]
pub struct ServicePlan<'m> {
    /// The service.
    pub service: &'m Service,
    /// By first cluster.
    pub classes: Vec<ClassPlan<'m>>,
    /// By cluster that is entered through its gateway: by whom.
    pub entered: BTreeMap<ClusterId, BTreeSet<ClusterId>>,
    /// By cluster whose gateway must be taught: the names that callers say for the service.
    pub translations: BTreeMap<ClusterId, Vec<Translation<'m>>>,
    /// What callers find under its plain name because control planes see it.
    pub discovery: Discovery,
    /// What requests from outside get, by the cluster where they arrive.
    pub ingress: Vec<(ClusterId, IngressPlan<'m>)>,
    /// What was found about this service. What is said once for all services is not among it.
    pub noted: Noted<'m>,
    /// Whether rules of other services lead to this one.
    pub is_foreign: bool,
    /// How many destinations have to be written.
    pub size: usize,
}

/// What requests from outside get from one service at one gateway, and what is promised to them.
#[derive(Clone, Debug)]
pub struct IngressPlan<'m> {
    /// Where they arrive.
    pub gateway: IngressGatewayId,
    /// The rules, as they meet them.
    pub routes: ServiceRoutes<'m>,
    /// For every destination of these routes.
    pub promises: Promises<'m>,
}

/// What planning one service finds.
#[derive(Clone, Debug, Default)]
pub struct Noted<'m> {
    /// About this service alone.
    pub findings: Vec<Finding>,
    /// Clusters that cannot be entered: whether by discovery, where it is asked for, and the callers' cluster.
    pub closed: Vec<(ClusterId, bool, Place, ClusterId)>,
    /// Callers of a port without rule get all clusters that run it.
    pub spread: bool,
    /// Clusters of different domains between which callers go by discovery, by the one that is entered.
    pub domains: BTreeMap<ClusterId, (&'m Service, &'m Cluster, &'m Cluster)>,
}

impl<'m> ServicePlan<'m> {
    /// Plans one service.
    #[must_use]
    pub fn of(common: &Common<'m>, service: &'m Service) -> Self {
        let view = common.view;
        let mut survey = Survey::default();
        let asked = demand::of(common, service, &mut survey);
        let size = asked.iter().map(|asked| asked.size(view) * asked.class.members.len()).sum();
        let mut found = Crossings::of(service);
        let mut noted = Noted::default();
        for asked in &asked {
            found.follow(view, asked);
        }
        for caller in &survey.left_alone {
            let closed = found.find_all(view, *caller);
            survey.closed.extend(closed.into_iter().map(|far| (far, (service.place, *caller))));
        }
        // Istio spreads the requests of workloads that get no rules, too.
        let strangers = service.runs.keys().filter(|id| !service.clients.contains_key(id));
        let strangers = strangers.copied().filter(|id| discovery::left_alone(view, service, *id));
        // They are promised nothing, so a way that is closed to them is no mistake.
        let strangers: BTreeSet<ClusterId> =
            strangers.filter(|caller| found.find_all(view, *caller).is_empty()).collect();
        if service.complete.all() {
            noted.findings.extend(survey.findings(view, service));
            let several = |caller: &ClusterId| view.visible(service, Pick::Any, *caller).len() > 1;
            noted.spread = survey.left_alone.iter().any(several);
        }
        let closed = survey
            .closed
            .iter()
            .map(|(far, (place, caller))| (*far, view.discovers(service, *far), *place, *caller));
        noted.closed.extend(closed);
        noted.findings.extend(told_apart::check(view, service));
        let longest = way::longest_name(view, service);
        noted.findings.extend((longest > HOST).then(|| problems::host_too_long(service, longest)));
        noted.findings.extend(found.findings(view));
        noted.domains = discovery::domains(view, service, &found.discovery.crossings);
        noted.findings.extend(control_plane::divided(view, service, &asked));
        noted.findings.extend(affinity::check(view, service, &asked, &found.discovery));

        let named =
            asked.iter().flat_map(|asked| &asked.uses).any(|to| to.by_rule && to.target.pick != Pick::Any);
        let discovered = Some(&found.discovery).filter(|found| !found.is_empty());
        let mut classes = Vec::with_capacity(asked.len());
        let mut ingress = Vec::new();
        for asked in asked {
            let planner = Planner { common, service, class: &asked.class };
            let id = asked.class.id;
            let left_alone = survey.left_alone.contains(&id) || strangers.contains(&id);
            let (plan, let_in) = planner.plan(&asked, discovered, named, left_alone);
            ingress.extend(let_in.into_iter().map(|let_in| (asked.class.id, let_in)));
            classes.extend(plan);
        }
        noted.findings.extend(merged::check(service, &classes));
        noted.findings.extend(distribution::check(service, &classes));
        noted.findings.extend(unaddressed::check(service, &classes));
        noted.findings.extend(sni::several_domains(service, &classes));
        let uneven = classes.iter().find(|plan| plan.remote.names.iter().any(|name| !name.is_even));
        noted.findings.extend(uneven.map(|plan| problems::uneven(service, plan.cluster)));
        let names = classes.iter().flat_map(|plan| &plan.remote.names);
        let translations = rewrite::translations(view, names);
        let Crossings { entered, discovery, .. } = found;
        let is_foreign = !common.foreign.of(service.id).is_empty();
        Self { service, classes, entered, translations, discovery, ingress, noted, is_foreign, size }
    }
}

/// One class, on its way to a plan.
struct Planner<'p, 'm> {
    common: &'p Common<'m>,
    service: &'m Service,
    class: &'p Class,
}

impl<'m> Planner<'_, 'm> {
    /// What the class must know, if anything, and what requests from outside get there. `named`: some rule names a
    /// version.
    fn plan(
        &self,
        asked: &Asked<'m>,
        found: Option<&Discovery>,
        named: bool,
        left_alone: bool,
    ) -> (Option<ClassPlan<'m>>, Vec<IngressPlan<'m>>) {
        let Self { common, service, class } = *self;
        let view = common.view;
        let Some(cluster) = view.cluster(class.id) else { return (None, Vec::new()) };
        let far = asked.far(view);
        let routes = self.routes(asked, far.as_ref());
        let uses = demand::by_target(view, asked, routes.as_ref());
        let names = Names::of(common, service, class.id, far.as_ref(), &uses);
        let promises = routes.as_ref().map(|routes| self.promises(&names, routes)).unwrap_or_default();
        let let_in = |let_in: &LetIn<'m>| IngressPlan {
            gateway: let_in.gateway,
            promises: self.promises(&names, &let_in.routes),
            routes: let_in.routes.clone(),
        };
        let let_in = asked.let_in.iter().map(let_in).collect();
        let of_service = self.promised(&names, asked, routes.as_ref());
        let Names { remote, pool, .. } = names;
        let plan = ClassPlan {
            view,
            cluster,
            service,
            runs: service.runs.contains_key(&class.id),
            pinned: discovery::must_pin(view, service, class.id),
            serve: serving::of(view, service, class.id, found, named),
            remote,
            pool,
            of_service,
            plain_name: self.plain_name(cluster, routes.as_ref(), asked),
            routes,
            left_alone,
            promises,
            class: class.clone(),
        };
        (Some(plan).filter(ClassPlan::is_anything), let_in)
    }

    /// Routes of callers. Where far pods join a service that runs here, ports that are left alone would be shared
    /// with them: these get a route to what runs here.
    fn routes(&self, asked: &Asked<'m>, far: Option<&FarUse>) -> Option<ServiceRoutes<'m>> {
        let Self { common, service, class } = *self;
        let mut routes = asked.routes.clone().filter(|routes| !routes.routes.is_empty());
        let joins = |far: &FarUse| far.picks.values().flatten().any(|id| common.view.joins(service, *id));
        if let Some(far) = far.filter(|far| service.runs.contains_key(&class.id) && joins(far)) {
            let callers = far.callers.clone();
            let all = routes.get_or_insert_with(|| ServiceRoutes { service, callers, routes: Vec::new() });
            let routed: BTreeSet<u16> = all.routes.iter().map(|route| route.port.number).collect();
            let untouched = service.crossing_ports().filter(|port| !routed.contains(&port.number));
            all.routes.extend(untouched.map(|port| route::local(common.view, service, class, port)));
            all.routes.sort_by_key(|route| route.port.number);
        }
        routes
    }

    /// What callers of these routes are promised, of this service and of others.
    fn promises(&self, names: &Names<'m>, routes: &ServiceRoutes<'m>) -> Promises<'m> {
        let Self { common, service, class } = *self;
        let mut promises = Promises::default();
        let mut others: BTreeMap<ServiceId, Option<Names<'m>>> = BTreeMap::new();
        for (target, port) in routes.routes.iter().flat_map(Route::sends) {
            let named = || {
                if target.service == service.id {
                    return names.promise(common.view, target);
                }
                let other = || Names::elsewhere(common, target.service, class.id);
                let names = others.entry(target.service).or_insert_with(other).as_ref()?;
                names.promise(common.view, target)
            };
            promises.add(target, port, &routes.callers, named);
        }
        promises
    }

    /// What is promised of the service itself, whoever asks.
    fn promised(
        &self,
        names: &Names<'m>,
        asked: &Asked<'m>,
        routes: Option<&ServiceRoutes<'m>>,
    ) -> Promises<'m> {
        let view = self.common.view;
        let mut promises = Promises::default();
        for Use { target, port, callers, .. } in demand::all(view, asked, routes) {
            promises.add(target, port, &callers, || names.promise(view, target));
        }
        promises
    }

    /// The plain name, if callers use it, or may, where the service does not run.
    fn plain_name(
        &self,
        cluster: &Cluster,
        routes: Option<&ServiceRoutes<'m>>,
        asked: &Asked<'m>,
    ) -> Option<PlainName<'m>> {
        let Self { common, service, class } = *self;
        let unrouted = asked.routes.as_ref();
        let unrouted = unrouted.filter(|_| discovery::left_alone(common.view, service, class.id));
        let callers = routes.or(unrouted).filter(|_| !service.runs.contains_key(&class.id))?.callers.clone();
        let address = common.addresses.get(&service.plain_host(cluster)).copied();
        let known = !common.view.visible(service, Pick::Any, class.id).is_empty();
        Some(PlainName { service, made: service.plain_names, address, callers, known })
    }
}

impl<'m> Names<'m> {
    /// The names under which callers find what they use of another service than the one that they call.
    fn elsewhere(common: &Common<'m>, service: ServiceId, caller: ClusterId) -> Option<Self> {
        let service = common.view.service(service)?;
        let asked = demand::by(common, service, caller)?;
        let far = asked.far(common.view);
        let planner = Planner { common, service, class: &asked.class };
        let routes = planner.routes(&asked, far.as_ref());
        let uses = demand::by_target(common.view, &asked, routes.as_ref());
        Some(Self::of(common, service, caller, far.as_ref(), &uses))
    }
}
