use super::*;
#[test]
fn explore() {
    let inputs: Vec<String> = vec![
        topology("clusters: [a, b\nservices: {}\n"),
        topology("clusters: {a: {gateway: x}\n"),
        "{\"apiVersion\": \"meshgen/v1\", \"kind\": \"Topology\", \"clusters\": [1, 2".into(),
        "{\"apiVersion\": \"meshgen/v1\", \"kind\": \"Topology\", \"clusters\": {\"a\": {\"gateway\": 1}}}"
            .into(),
        topology("clusters: {a: \"unclosed}\nservices: {}\n"),
        topology("clusters:\n  a: {}\n b: {}\n"),
        topology("clusters:\n\ta: {}\n"),
        topology("clusters: a: b\n"),
        topology("clusters: {a: @b}\n"),
        topology("clusters: {a: `b}\n"),
        topology("clusters:\n- a\nb: c\n- d\n"),
        topology("clusters: 'abc"),
        "[".repeat(100_000),
        "[".repeat(200),
        "a: ".repeat(5000),
        (0..5000).map(|i| format!("{}a:\n", " ".repeat(i))).collect(),
        "- ".repeat(5000),
        "{a: ".repeat(100),
        "a: &a [*a]".into(),
        topology("mesh: &m {name: a, labels: *m}\n"),
        topology("mesh: {name: *nope}\nclusters: {a: *x, b: *y }\n"),
        topology("mesh: &m {name: a}\n---\napiVersion: meshgen/v1\nkind: Topology\nmesh: *m\n"),
        "%YAML 1.1\n---\napiVersion: meshgen/v1\nkind: Topology\n...\n".into(),
        "%TAG ! tag:x,2020:\n---\napiVersion: !foo meshgen/v1\nkind: Topology\n".into(),
        "\u{feff}apiVersion: meshgen/v1\nkind: Topology\nmesh: {nme: a}\n".into(),
        "apiVersion: meshgen/v1\r\nkind: Topology\r\nmesh: {nme: a}\r\n".into(),
        "apiVersion: meshgen/v1\rkind: Topology\rmesh: {nme: a}".into(),
        "".into(),
        "# c".into(),
        "---\n---\n".into(),
        "\n\n".into(),
        "...".into(),
        "%".into(),
        "\u{feff}".into(),
        "a: b\u{0}c".into(),
        "\u{0}".into(),
        "a: \u{1b}".into(),
        "? [a]\n: b\n".into(),
        topology("mesh:\n  ? {a: b}\n  : c\n  : d\n  ~: e\n"),
        topology(
            "mesh: {labels: !!map {a: !!str 80, b: !x y, c: !!int z, d: !<tag:yaml.org,2002:str> e, f: ! g}}",
        ),
        topology("mesh: !Ref {name: a}\nclusters: !!seq {a: {}}\n"),
        topology(
            "x: &d {gatway: 1, istio: 1.2}\nclusters: {a: {<<: *d, istio: 1.3}, b: *d, c: {<<: [*d, {network: n}]}, e: {<<: 5}, f: {<<: [[]]}}\n",
        ),
        topology("clusters: {größe: {gatway: 1}, 日本: {istio: [x]}}\n"),
        topology(
            "clusters:\n  a:\n    gateway:\n      - 1.2.3.4\n      -\n    istio: |\n      1.30\n    network: >-\n      a\n      b\n    drain: true\n",
        ),
        topology(
            "clusters: {a: {gateway: {port: \"80\", serverPort: 0777, existing: yes, expose: al}}, b: {gateway: {port: 70000, serverPort: -1}}}\n",
        ),
        "- a\n".into(),
        "just text".into(),
        "key: v\n".into(),
        "kind: Topology\n".into(),
        "apiVersion: meshgen/v1\n".into(),
        "apiVersion: meshgen/v1\nkind:\n".into(),
        "apiVersion: !x meshgen/v1\nkind: Topology\n".into(),
        "apiVersion: v1\nkind: Topology\n".into(),
        "apiVersion: meshgen/v1beta\nkind: Topology\n".into(),
        "a: b\n--- \nc: d\n... x\n".into(),
        "<html>\n<body>: x".into(),
        "{{ .Values.x }}: 1\n".into(),
        "a: {{ .Values.x }}\n".into(),
    ];
    for input in inputs {
        let start = std::time::Instant::now();
        let sources = sources([&input]);
        let outcome = crate::spec::parse(&sources);
        let spent = start.elapsed();
        let shown: String = input.chars().take(120).collect();
        println!(
            "=== {shown:?} {}",
            if spent.as_millis() > 20 { format!("{spent:?}") } else { String::new() }
        );
        for f in &outcome.findings {
            println!("   {} | {} | {:?}", brief_one(&sources, f), f.message, f.help);
        }
    }
}
