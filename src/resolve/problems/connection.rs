//! Rules whose words and ports do not go together, and words for connections that cannot be.

use ipnet::IpNet;

use crate::diagnostic::{Code, Finding, list};
use crate::model::{Port, Protocol, Service};
use crate::source::{At, Place};

/// A word of a rule, and where it was written.
pub type Word = (&'static str, Place);

pub fn mixed(request: Word, connection: Word) -> Finding {
    Finding::new(
        Code::MG0317,
        format!("a rule speaks of requests, `{}`, and of connections, `{}`", request.0, connection.0),
    )
    .at(connection.1, "about connections: for TLS and TCP ports")
    .at(request.1, "about requests: for HTTP ports")
    .help("write two rules, one for either")
}

pub fn unfit_port(word: Option<Word>, written: Place, port: &Port) -> Finding {
    let spoken = port.protocol.istio();
    let message = match word {
        Some((word, _)) => format!("`{word}` says nothing on port `{}`, which speaks {spoken}", port.name),
        None => format!("no rule holds on port `{}`, which speaks {spoken}", port.name),
    };
    let finding = Finding::new(Code::MG0318, message).at(written, format!("speaks {spoken}"));
    let finding = match word {
        Some((word, place)) => finding.at(place, format!("`{word}` is {}", what_for(word))),
        None => finding.at(port.place, "declared here"),
    };
    finding.help(match port.protocol {
        Protocol::Udp => "Istio leaves UDP alone; name another port",
        Protocol::Http
        | Protocol::Http2
        | Protocol::HttpProxy
        | Protocol::Grpc
        | Protocol::GrpcWeb
        | Protocol::Https
        | Protocol::Tls
        | Protocol::Tcp
        | Protocol::Mongo
        | Protocol::Mysql
        | Protocol::Redis => "leave the word out, or name a port that it is for",
    })
}

pub fn sent_as_datagrams(service: &Service, written: Place, port: &Port) -> Finding {
    Finding::new(
        Code::MG0318,
        format!("port `{}` of `{service}` speaks UDP, and no rule sends there", port.name),
    )
    .at(written, "speaks UDP")
    .at(port.place, "declared here")
    .help("Istio leaves UDP alone; name another port")
}

pub fn no_fit_port(service: &Service, (word, place): Word) -> Finding {
    let ports = service.ports.iter().map(|port| format!("{} ({})", port.name, port.protocol.istio()));
    Finding::new(Code::MG0318, format!("`{word}` says nothing on any port of `{service}`"))
        .at(place, what_for(word))
        .at(service.place, format!("has {}", list(ports)))
        .help("leave the word out; or, if a port does speak it, say so: `{number: …, protocol: …}`")
}

fn what_for(word: &str) -> &'static str {
    match word {
        "sniHosts" => "for TLS and HTTPS ports",
        "destinationSubnets" => "for TCP and TLS ports",
        _ => "for HTTP ports",
    }
}

pub fn not_an_sni(name: &At<String>) -> Finding {
    Finding::new(Code::MG0319, format!("`{name}` is not a name that a caller can ask for in TLS"))
        .at(name.place, "not an SNI")
        .help(if name.value == "*" {
            "leave `sniHosts` out: the rule is then for every name of the service"
        } else {
            "write a host name in lower case, or `*.` and a host name for all below it; an IP address is no SNI"
        })
}

pub fn one_sni(name: &str, here: (&Service, Place), first: (&Service, Place)) -> Finding {
    Finding::new(Code::MG0320, format!("the SNI `{name}` is wanted for `{}` and for `{}`", here.0, first.0))
        .at(here.1, format!("a rule of `{}` names it", here.0))
        .at(first.1, format!("belongs to `{}`", first.0))
        .help("Istio gives a name the routes of one service: let callers use one name for each")
}

pub fn not_a_subnet(written: &At<String>, meant: Option<IpNet>) -> Finding {
    let finding = Finding::new(Code::MG0321, format!("`{written}` is neither an address nor a network"))
        .at(written.place, "not a network");
    match meant {
        Some(meant) => finding.help(format!("bits are set behind the prefix; did you mean `{meant}`?")),
        None => finding.help("write an IP address, or one and the length of its prefix: `10.0.0.0/8`"),
    }
}
