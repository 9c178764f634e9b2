"use strict";
// Everything in the data is text: it reaches the page by textContent and attributes, never as HTML.
const { picture: P, findings: FINDINGS } = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const ROW = 46, HEAD = 34;
const state = { service: null, caller: 0, ask: null, down: "", share: 0, column: 0, pair: null };

function el(name, attributes, ...children) {
  const svg = ["svg", "path", "rect", "text", "g", "title"].includes(name) && attributes && attributes.svg;
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "svg" || value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const text = (id, service) => P.texts[id].replaceAll("\ue000", service.short);
const percent = (share) => `${share.percent / 100} %`;
const colour = (share) =>
  share.kind === "dead" ? "kdead" : share.cluster === null ? "kother" : `k${share.cluster % 10}`;
const callerName = (caller) =>
  caller.gateway === null ? P.clusters[caller.cluster].name : `outside, at ${caller.gateway} of ${P.clusters[caller.cluster].name}`;
const isNameless = (answer) => answer.shares.every((share) => share.kind === "nameless");

function place(share, service, own) {
  const at = text(share.place, service);
  if (share.kind === "dead") return `nobody (${at.replace(/^error:/, "")})`;
  if (share.cluster === null) return at;
  return share.cluster === own ? at : `${P.clusters[share.cluster].name}/${at}`;
}

/* What a cell shows: the plainest request by the plain name. */
function plainAsk(service, caller) {
  const own = service.asks.filter((ask) => ask.caller === caller);
  return own.find((ask) => ask.name === null && P.texts[ask.words] === "") || own.find((ask) => P.texts[ask.words] === "") || own[0];
}

const insideCallers = P.clusters.map((_, cluster) => P.callers.findIndex((caller) => caller.cluster === cluster && caller.gateway === null));
const facts = P.services.map((service) => {
  let crosses = false, dead = false;
  const pairs = new Set();
  for (const ask of service.asks) {
    const caller = P.callers[ask.caller];
    for (const share of P.answers[ask.answer].shares) {
      if (share.kind === "dead") dead = true;
      if (share.cluster !== null && share.kind === "pods") {
        if (caller.gateway === null) pairs.add(`${caller.cluster} ${share.cluster}`);
        if (share.cluster !== caller.cluster) crosses = true;
      }
    }
  }
  return { crosses, dead, pairs };
});

/* Services: a row each, drawn while it is in sight. */
let shown = [];

function filter() {
  const wanted = $("search").value.trim().toLowerCase();
  shown = [];
  P.services.forEach((service, index) => {
    const { crosses, dead, pairs } = facts[index];
    if (wanted && !service.name.toLowerCase().includes(wanted)) return;
    if ($("crossing").checked && !crosses) return;
    if ($("dead").checked && !dead) return;
    if (state.pair && !pairs.has(state.pair.join(" "))) return;
    shown.push(index);
  });
  const of = shown.length === P.services.length ? `${shown.length} services` : `${shown.length} of ${P.services.length} services`;
  $("found").replaceChildren(of);
  if (state.pair) {
    const [from, to] = state.pair.map((cluster) => P.clusters[cluster].name);
    $("found").append(" from ", from, " to ", to, " ", el("button", { onclick: () => { state.pair = null; filter(); } }, "all"));
  }
  $("rows").scrollTop = 0;
  drawRows();
}

function drawRows() {
  const rows = $("rows"), space = $("space");
  space.style.height = `${HEAD + shown.length * ROW}px`;
  space.style.minWidth = `${210 + P.clusters.length * 150}px`;
  const first = Math.max(0, Math.floor((rows.scrollTop - HEAD) / ROW) - 4);
  const last = Math.min(shown.length, first + Math.ceil(rows.clientHeight / ROW) + 9);
  const head = el("div", { class: "row head", role: "row" }, el("span", { role: "columnheader" }, "service"),
    ...P.clusters.map((cluster) => el("span", { role: "columnheader", title: cluster.name }, `called from ${cluster.name}`)));
  const body = [];
  for (let at = first; at < last; at += 1) body.push(drawRow(at));
  space.replaceChildren(head, ...body);
}

function drawRow(at) {
  const index = shown[at], service = P.services[index];
  const row = el("div", { class: "row", role: "row", "aria-rowindex": at + 2 },
    el("span", { role: "rowheader", title: service.name }, service.name),
    ...insideCallers.map((caller, column) => drawCell(service, index, caller, column)));
  row.style.top = `${HEAD + at * ROW}px`;
  return row;
}

function drawCell(service, index, caller, column) {
  const ask = caller < 0 ? null : plainAsk(service, caller);
  const is = state.service === index && state.column === column;
  if (!ask || isNameless(P.answers[ask.answer])) {
    return el("div", { class: "cell none", role: "gridcell", "aria-selected": is, title: "not for callers here", onclick: () => choose(index, column) }, "–");
  }
  const { shares } = P.answers[ask.answer];
  const rules = new Set(service.asks.filter((one) => one.caller === caller).map((one) => one.words)).size;
  const words = shares.map((share) => `${shares.length > 1 ? `${share.percent / 100} ` : ""}${place(share, service, column)}`).join(", ");
  const segments = shares.map((share, number) => {
    const segment = el("span", { class: colour(share), title: `${percent(share)} ${place(share, service, column)}`,
      onclick: (event) => { event.stopPropagation(); choose(index, column, number); } });
    segment.style.flex = `${share.percent} 0 4px`;
    return segment;
  });
  return el("div", { class: "cell", role: "gridcell", "aria-selected": is, title: words, onclick: () => choose(index, column) },
    el("div", { class: "shares" }, ...segments), el("small", {}, words, rules > 1 ? ` · ${rules} rules` : ""));
}

function choose(index, column, share) {
  state.service = index;
  state.column = column;
  const caller = insideCallers[column];
  const service = P.services[index];
  state.ask = (caller >= 0 && plainAsk(service, caller)) || service.asks[0] || null;
  state.down = "";
  state.share = share === undefined ? largest() : share;
  drawRows();
  drawDetail();
}

function current() {
  const { ask, down } = state;
  if (!ask) return null;
  return P.answers[down === "" ? ask.answer : ask.down[down]];
}

function largest() {
  const answer = current();
  if (!answer) return 0;
  const dead = answer.shares.findIndex((share) => share.kind === "dead");
  return dead >= 0 ? dead : 0;
}

/* The chosen service. */
function drawDetail() {
  const aside = $("detail");
  const top = aside.scrollTop;
  if (state.service === null) {
    aside.replaceChildren(el("h2", {}, "Who calls what where"), el("p", {}, "Choose a cell: a service, and the cluster that calls it. Its parts are shares of the requests; their colours are the clusters that answer."), legend());
    return;
  }
  const service = P.services[state.service];
  const runs = Object.entries(service.runs).map(([cluster, versions]) => `${P.clusters[cluster].name}: ${versions.join(", ")}`);
  const parts = [el("h2", {}, service.name), el("p", {}, [service.ports.length ? `port ${service.ports.join(", ")}` : "", ...runs].filter(Boolean).join(" · "))];
  if (state.ask) parts.push(drawFlow(service), ...drawForm(service), ...drawAnswer(service));
  else parts.push(el("p", {}, "Nobody can ask for it."));
  aside.replaceChildren(...parts);
  aside.scrollTop = top;
  const hash = new URLSearchParams({ service: service.name, from: state.ask ? callerName(P.callers[state.ask.caller]) : "" });
  history.replaceState(null, "", `#${hash}`);
}

function legend() {
  return el("p", {}, ...P.clusters.flatMap((cluster, index) => {
    const swatch = el("b", { class: `k${index % 10}` }, "■ ");
    swatch.style.color = "var(--k)";
    return [swatch, `${cluster.name}  `];
  }));
}

const alike = (one, other) => one.words === other.words && one.port === other.port && one.name === other.name;

function drawFlow(service) {
  const asks = service.asks.filter((ask) => alike(ask, state.ask) && !isNameless(P.answers[answerOf(ask)]));
  const targets = [];
  for (const [cluster, versions] of Object.entries(service.runs)) {
    for (const version of new Set(versions)) targets.push({ key: `${cluster} ${version}`, cluster: Number(cluster), label: version });
  }
  const key = (share) => (share.kind === "pods" && share.cluster !== null ? `${share.cluster} ${text(share.place, service)}` : text(share.place, service));
  for (const ask of asks) {
    for (const share of P.answers[answerOf(ask)].shares) {
      if (!targets.some((target) => target.key === key(share))) targets.push({ key: key(share), cluster: share.cluster, label: place(share, service, share.cluster), dead: share.kind === "dead" });
    }
  }
  const step = 34, width = 460, left = 150, right = 310;
  const height = Math.max(asks.length, targets.length) * step + 30;
  const y = (index, count) => 30 + index * step + ((Math.max(asks.length, targets.length) - count) * step) / 2;
  const parts = [svgText(0, 14, "callers", "soft"), svgText(right, 14, "answer", "soft")];
  asks.forEach((ask, index) => {
    const from = y(index, asks.length), own = ask === state.ask;
    const { shares } = P.answers[answerOf(ask)];
    shares.forEach((share, number) => {
      const target = targets.findIndex((one) => one.key === key(share));
      const to = y(target, targets.length) + 12;
      const label = `${percent(share)} of ${callerName(P.callers[ask.caller])} to ${place(share, service, null)}`;
      const pick = () => { state.ask = ask; state.down = state.down in ask.down ? state.down : ""; state.share = number; sync(); };
      parts.push(el("path", { svg: true, class: `flow ${colour(share)}${own ? " own" : ""}${own && number === state.share ? " chosen" : ""}`, tabindex: 0, role: "button", "aria-label": label,
        d: `M${left} ${from + 12} C ${left + 80} ${from + 12}, ${right - 80} ${to}, ${right} ${to}`, "stroke-width": Math.max(2, share.percent / 1200), onclick: pick,
        onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(); } } }, el("title", { svg: true }, label)));
    });
    parts.push(svgBox(0, from, left, own ? "at" : "", callerName(P.callers[ask.caller]), () => { state.ask = ask; state.down = ""; state.share = largest(); sync(); }));
  });
  targets.forEach((target, index) => {
    const name = target.cluster === null ? target.label : `${target.label} · ${P.clusters[target.cluster].name}`;
    parts.push(svgBox(right, y(index, targets.length), width - right, `box ${target.dead ? "kdead" : target.cluster === null ? "kother" : `k${target.cluster % 10}`}`, name));
  });
  return el("svg", { svg: true, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Shares" }, ...parts);
}

const answerOf = (ask) => (state.down !== "" && state.down in ask.down ? ask.down[state.down] : ask.answer);

function svgText(x, y, words, name) {
  return el("text", { svg: true, x, y, class: name }, words);
}

function svgBox(x, y, width, name, words, onclick) {
  const short = words.length > 22 ? `${words.slice(0, 21)}…` : words;
  return el("g", { svg: true, onclick }, el("rect", { svg: true, x: x + 0.75, y, width: width - 1.5, height: 24, rx: 6, class: name }), svgText(x + 8, y + 16, short), el("title", { svg: true }, words));
}

function select(label, id, options, value, change) {
  const box = el("select", { id, onchange: () => change(box.value) }, ...options.map(([key, words]) => el("option", { value: key, selected: key === value }, words)));
  return [el("label", { for: id }, label), box];
}

function drawForm(service) {
  const unique = (list) => [...new Map(list.map((item) => [item[0], item])).values()];
  const { ask } = state;
  const dialled = (one) => `${one.name === null ? service.name : text(one.name, service)}:${one.port}`;
  const words = (one) => text(one.words, service);
  const pick = (fits) => {
    const found = service.asks.find(fits);
    if (!found) return false;
    state.ask = found;
    if (!(state.down in found.down)) state.down = "";
    state.share = largest();
    sync();
    return true;
  };
  const callers = unique(service.asks.map((one) => [String(one.caller), callerName(P.callers[one.caller])]));
  const names = unique(service.asks.filter((one) => one.caller === ask.caller).map((one) => [dialled(one), dialled(one)]));
  const rules = service.asks.filter((one) => one.caller === ask.caller && dialled(one) === dialled(ask));
  const requests = unique(rules.map((one) => [words(one), words(one) || (rules.length > 1 ? "any other request" : "any request")]));
  const downs = Object.keys(ask.down).map((id) => [id, `${text(P.outages[id][0], service)} is down`]);
  const nothing = downs.length ? "nothing is down" : "nothing whose loss would change it";
  return [el("h3", {}, "Request"), el("div", { class: "form" },
    ...select("from", "from", callers, String(ask.caller), (value) => pick((one) => String(one.caller) === value && words(one) === words(ask)) || pick((one) => String(one.caller) === value)),
    ...select("to", "to", names, dialled(ask), (value) => pick((one) => one.caller === ask.caller && dialled(one) === value)),
    ...select("request", "request", requests, words(ask), (value) => pick((one) => one.caller === ask.caller && dialled(one) === dialled(ask) && words(one) === value)),
    ...select("while", "while", [["", nothing], ...downs], state.down, (value) => { state.down = value; state.share = largest(); sync(); }))];
}

function drawAnswer(service) {
  const answer = current(), own = P.callers[state.ask.caller];
  const bar = el("div", { class: "shares" }, ...answer.shares.map((share) => {
    const part = el("span", { class: colour(share), title: place(share, service, null) });
    part.style.flex = `${share.percent} 0 4px`;
    return part;
  }));
  const ends = el("div", { class: "ends" }, ...answer.shares.map((share, number) =>
    el("button", { class: colour(share) === "kdead" ? "share bad" : `share ${colour(share)}`, "aria-pressed": String(number === state.share), onclick: () => { state.share = number; sync(); } },
      el("b", {}, percent(share)), el("span", {}, place(share, service, null)))));
  const share = answer.shares[state.share] || answer.shares[0];
  const parts = [el("h3", {}, "Shares"), bar, ends, el("h3", {}, "The way of the chosen share"), drawWay(service, share)];
  if (answer.words.length) {
    parts.push(el("h3", {}, "What else happens"), ...answer.words.map((id) => el("p", {}, text(id, service))));
  }
  const down = state.down === "" ? "" : ` ${text(P.outages[state.down][1], service)}`;
  const command = `meshgen trace … --from ${P.clusters[own.cluster].name}${text(state.ask.question, service)}${down}`;
  parts.push(el("h3", {}, "The same in a terminal"), el("code", { class: "command" }, command));
  return parts;
}

function drawWay(service, share) {
  let before = null;
  const steps = share.steps.map((id) => {
    const step = P.steps[id], cluster = P.clusters[step.cluster].name;
    const object = step.object === null ? "" : text(step.object, service);
    const origin = step.route === null ? undefined : service.origins[`${cluster} ${object} ${step.route}`];
    const by = [object, origin && `${P.files[origin[0]]}:${origin[1]}`, step.dial !== null && `dials ${text(step.dial, service)}`].filter(Boolean).join("  ·  ");
    const leaves = before !== null && before !== step.cluster;
    before = step.cluster;
    return el("li", { class: `k${step.cluster % 10}${leaves ? " leaves" : ""}` }, el("span", { class: "at" }, cluster), text(step.what, service), by ? el("span", { class: "by" }, by) : null);
  });
  const end = el("li", { class: colour(share) === "kdead" ? "kdead" : colour(share) }, el("b", {}, text(share.end, service)));
  return el("ol", { class: "way", id: "way" }, ...steps, end);
}

function sync() {
  if (P.callers[state.ask.caller].gateway === null) state.column = P.callers[state.ask.caller].cluster;
  const focus = document.activeElement && document.activeElement.id;
  drawRows();
  drawDetail();
  if (focus && $(focus)) $(focus).focus();
}

/* Clusters, and what crosses between them. */
function drawClusters() {
  const cards = P.clusters.map((cluster, index) => {
    const lines = [["Istio", cluster.release], ["network", cluster.network], ["place", cluster.place], ["services", P.services.filter((service) => index in service.runs).length], ["gateways", cluster.gateways.join(", ")]];
    return el("div", { class: `card k${index % 10}` }, el("h2", {}, cluster.name),
      el("dl", {}, ...lines.filter(([, value]) => value !== null && value !== "").flatMap(([key, value]) => [el("dt", {}, key), el("dd", {}, String(value))])));
  });
  const count = (from, to) => facts.filter(({ pairs }) => pairs.has(`${from} ${to}`)).length;
  const go = (from, to) => { state.pair = [from, to]; open("services"); filter(); };
  const rows = P.clusters.map((from, a) => el("tr", {}, el("th", { scope: "row" }, from.name), ...P.clusters.map((to, b) => {
    const number = count(a, b);
    return el("td", {}, number ? el("button", { onclick: () => go(a, b), title: `services that callers in ${from.name} reach in ${to.name}` }, String(number)) : "–");
  })));
  $("clusters").replaceChildren(el("div", { class: "cards" }, ...cards), el("h3", {}, "Services that callers of a row reach in a column"),
    el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, el("td", {}), ...P.clusters.map((to) => el("th", { scope: "col" }, to.name)))), el("tbody", {}, ...rows))));
}

function drawFindings() {
  const list = FINDINGS.map((finding) => {
    const places = [...finding.labels.map((label) => `${label.file}:${label.start.line}  ${label.text}`), ...(finding.objects || []).map((spot) => `${spot.cluster}  ${spot.object}  ${spot.text}`)];
    return el("div", { class: `finding ${["error", "warning"].includes(finding.severity) ? finding.severity : ""}` }, el("b", {}, `${finding.severity} ${finding.code}  `), finding.message,
      ...places.map((words) => el("p", {}, words)), finding.help ? el("p", {}, finding.help) : null);
  });
  $("findings").replaceChildren(...(list.length ? list : [el("p", {}, "Nothing was found.")]));
}

const TABS = ["services", "clusters", "findings"];
function open(name) {
  for (const tab of TABS) {
    $(tab).hidden = tab !== name;
    $(`tab-${tab}`).setAttribute("aria-selected", String(tab === name));
  }
  if (name === "services") drawRows();
}

function theme(name) {
  document.documentElement.dataset.theme = name;
}

const isDark = window.matchMedia("(prefers-color-scheme: dark)");
theme(isDark.matches ? "dark" : "light");
isDark.addEventListener("change", (event) => theme(event.matches ? "dark" : "light"));
const turn = () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
$("theme").addEventListener("click", turn);
TABS.forEach((tab) => $(`tab-${tab}`).addEventListener("click", () => open(tab)));
["search", "crossing", "dead"].forEach((id) => $(id).addEventListener("input", filter));
$("rows").addEventListener("scroll", () => requestAnimationFrame(drawRows));
window.addEventListener("resize", drawRows);

function move(rows, columns) {
  const at = shown.indexOf(state.service);
  const row = Math.min(shown.length - 1, Math.max(0, at + rows));
  const column = Math.min(P.clusters.length - 1, Math.max(0, state.column + columns));
  if (!shown.length) return;
  choose(shown[row], column);
  const top = row * ROW, box = $("rows");
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + ROW + HEAD > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW + HEAD - box.clientHeight;
}

const MOVES = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [10, 0], PageUp: [-10, 0] };
$("rows").addEventListener("keydown", (event) => {
  if (event.key in MOVES) { event.preventDefault(); move(...MOVES[event.key]); }
  if (event.key === "Enter" && $("from")) { event.preventDefault(); $("from").focus(); }
});
document.addEventListener("keydown", (event) => {
  const isWriting = ["INPUT", "SELECT"].includes(event.target.tagName);
  if (event.key === "Escape") { $("rows").focus(); return; }
  if (isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") { event.preventDefault(); open("services"); $("search").focus(); }
  if (event.key === "t") turn();
});
$("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter" || event.key === "ArrowDown") { event.preventDefault(); $("rows").focus(); move(state.service === null || !shown.includes(state.service) ? 0 : 1, 0); }
});

const many = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
$("counts").textContent = [many(P.services.length, "service"), many(P.clusters.length, "cluster")].join(" · ");
$("tab-findings").textContent = `Findings (${FINDINGS.length})`;
drawClusters();
drawFindings();
open("services");
filter();
const wanted = new URLSearchParams(location.hash.slice(1));
const start = P.services.findIndex((service) => service.name === wanted.get("service"));
if (start >= 0) choose(start, Math.max(0, P.clusters.findIndex((cluster) => cluster.name === wanted.get("from"))));
else if (facts.length) choose(Math.max(0, facts.findIndex(({ crosses, dead }) => crosses || dead)), 0);
