//! Random meshes, read off a tape of numbers: zeros are the simplest, and every tape is a sound mesh.

use crate::translation::mesh::{Cluster, Mesh, Pick, Rule, Service, Version};

/// Numbers to choose by; zeros when it has run out.
pub struct Tape<'t> {
    numbers: std::slice::Iter<'t, u32>,
}

impl<'t> Tape<'t> {
    pub fn new(numbers: &'t [u32]) -> Self {
        Self { numbers: numbers.iter() }
    }

    /// One of `bound` numbers from 0.
    fn below(&mut self, bound: usize) -> usize {
        self.numbers.next().copied().unwrap_or(0) as usize % bound
    }

    fn size(&mut self) -> u32 {
        u32::try_from(self.below(4)).unwrap() + 1
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// Nothing more often than not.
    fn perhaps<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (self.below(3) == 2).then(|| self.one(of))
    }

    /// At least one, in order.
    fn some<T: Clone>(&mut self, of: &[T]) -> Vec<T> {
        let first = self.below(of.len());
        let chosen = of.iter().enumerate().filter(|(at, _)| *at == first || self.below(2) == 1);
        chosen.map(|(_, one)| one.clone()).collect()
    }

    /// The mesh on this tape.
    pub fn mesh(&mut self) -> Mesh {
        let per_cluster_names = self.below(4) == 3;
        // Clusters of one network see each other as they are: then all is found by discovery.
        let (sighted, one_network) = self.one(&[(false, false), (false, false), (true, false), (true, true)]);
        let mut clusters: Vec<_> = (1..=2 + self.below(3))
            .map(|number| self.cluster(number, per_cluster_names && !sighted))
            .collect();
        for (number, cluster) in clusters.iter_mut().enumerate().filter(|_| sighted) {
            let number = if one_network { self.below(3) } else { number };
            cluster.network = Some(format!("network{number}"));
        }
        let names: Vec<_> = clusters.iter().map(|cluster| cluster.name.clone()).collect();
        let services = ["reviews", "ratings", "details"].into_iter().take(1 + self.below(3));
        let services = services.map(|name| self.service(name, &names)).collect::<Vec<_>>();
        let found = |service: Service| Service {
            discovered: sighted && (one_network || self.below(2) == 1),
            ..service
        };
        let services = services.into_iter().map(found).collect();
        Mesh { per_cluster_names, sighted, clusters, services }
    }

    /// One shared name for clusters of several domains has no SNI that all of them know.
    fn cluster(&mut self, number: usize, own_domain: bool) -> Cluster {
        let regions = ["north", "south"].map(str::to_owned);
        Cluster {
            name: format!("cluster{number}"),
            region: (self.below(2) == 1).then(|| self.one(&regions)),
            domain: (own_domain && self.below(2) == 1).then(|| format!("cluster{number}.example")),
            addresses: (0..=self.below(2)).map(|at| format!("203.0.113.{}", 10 * number + at)).collect(),
            port: self.one(&[15443, 31443]),
            network: None,
        }
    }

    fn service(&mut self, name: &str, clusters: &[String]) -> Service {
        let ports = [("http", 9080), ("grpc-api", 9090)].into_iter().take(1 + self.below(2));
        let number = self.below(4);
        let names: Vec<_> = if number == 3 { vec![None] } else { (0..=number).map(Some).collect() };
        let versions: Vec<_> = names.into_iter().map(|number| self.version(number, clusters)).collect();
        let mut service = Service {
            name: name.to_owned(),
            namespace: self.one(&["default", "shop"]).to_owned(),
            ports: ports.map(|(name, number)| (name.to_owned(), number)).collect(),
            versions,
            clients: (self.below(3) == 2).then(|| self.some(clusters)),
            spread: self.below(2) == 1,
            discovered: false,
            rules: Vec::new(),
        };
        service.rules = (0..self.below(4)).map(|_| self.rule(&service, clusters)).collect();
        service
    }

    /// A service without versions says nothing of sizes.
    fn version(&mut self, number: Option<usize>, clusters: &[String]) -> Version {
        let runs = self.some(clusters);
        Version {
            name: number.map(|number| ["v1", "2.0", "v3"][number].to_owned()),
            clusters: runs
                .into_iter()
                .map(|cluster| (cluster, if number.is_some() { self.size() } else { 1 }))
                .collect(),
        }
    }

    fn rule(&mut self, service: &Service, clusters: &[String]) -> Rule {
        let text = |words: [&str; 2]| words.map(str::to_owned);
        let ports: Vec<_> = service.ports.iter().map(|(name, _)| name.clone()).collect();
        Rule {
            header: self.perhaps(&text(["a", "b"])),
            prefix: self.perhaps(&text(["/api", "/api/x"])),
            label: self.perhaps(&text(["web", "shop"])),
            port: self.perhaps(&ports),
            source_clusters: (self.below(4) == 3).then(|| self.some(clusters)),
            to: self.shares(service),
            mirrors: self.mirrors(service),
        }
    }

    fn shares(&mut self, service: &Service) -> Vec<(Pick, u32)> {
        let mut picks: Vec<Pick> = Vec::new();
        for _ in 0..=self.below(3) {
            let pick = self.pick(service);
            if !picks.contains(&pick) {
                picks.push(pick);
            }
        }
        let mut left = 100;
        let last = picks.len() - 1;
        let share = |(at, pick): (usize, Pick)| {
            let share = if at == last { left } else { u32::try_from(self.below(left as usize + 1)).unwrap() };
            left -= share;
            (pick, share)
        };
        picks.into_iter().enumerate().map(share).collect()
    }

    fn mirrors(&mut self, service: &Service) -> Vec<(Pick, u32)> {
        if self.below(5) < 4 {
            return Vec::new();
        }
        vec![(self.pick(service), u32::try_from(self.below(100)).unwrap() + 1)]
    }

    /// A version, or any, perhaps at a cluster that runs it.
    fn pick(&mut self, service: &Service) -> Pick {
        let version = self.one(&service.versions);
        let is_any = version.name.is_none() || self.below(4) == 3;
        let at: Vec<_> = version.clusters.iter().map(|(cluster, _)| cluster.clone()).collect();
        Pick { version: version.name.filter(|_| !is_any), cluster: self.perhaps(&at) }
    }
}
