"use strict";
(() => {
  // Everything shown is set as text: no markup is ever made from data.
  const D = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const narrow = matchMedia("(max-width: 50rem)");
  let lang = D.langs.indexOf(D.lang);
  let step = 0;
  let timer = 0;
  let shown = 0; // the packet whose bytes are shown

  const T = (index) => D.pool[index][lang];
  const ui = (key) => T(D.ui[key]);
  const el = (name, props, ...kids) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(props || {})) {
      if (key === "text") node.textContent = value;
      else if (key === "class") node.className = value;
      else node.setAttribute(key, value);
    }
    node.append(...kids);
    return node;
  };
  const NS = "http://www.w3.org/2000/svg";
  const draw = (name, attributes, text) => {
    const node = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  };

  // --- how things stood after a step: replayed from the start -------------------------
  function standing(upTo) {
    const hosts = new Map(D.hosts.map((h) => [h, { conns: new Map(), queues: new Map() }]));
    const conn = (host, id) => {
      const all = hosts.get(host).conns;
      if (!all.has(id)) all.set(id, { id, alive: false, fields: {}, timers: new Map() });
      return all.get(id);
    };
    for (let i = 0; i <= upTo && i < D.steps.length; i++) {
      for (const [kind, host, ...rest] of D.steps[i].ops) {
        if (!hosts.has(host)) continue;
        if (kind === "crash") {
          hosts.get(host).conns.clear();
          hosts.get(host).queues.clear();
        } else if (kind === "unlisten") {
          hosts.get(host).queues.delete(rest[0]);
        } else if (kind === "queue") {
          hosts.get(host).queues.set(rest[0], rest.slice(1));
        } else {
          const c = conn(host, rest[0]);
          if (kind === "state") {
            [, c.state, c.name] = rest;
            // a child that goes back to LISTEN is deleted: its listener was there all the time
            c.alive = c.state !== "CLOSED" && !(c.state === "LISTEN" && c.remote);
          } else if (kind === "tcb") {
            c.fields = rest[1];
            if (c.fields.state) {
              if (c.fields.state !== c.state) { c.state = c.fields.state; c.name = c.state; }
              c.alive = c.state !== "CLOSED";
            }
          } else if (kind === "conn") {
            c.local = rest[1] || c.local;
            c.remote = rest[2] || c.remote;
            c.alive = rest[3] === 1;
          } else if (kind === "timer") {
            if (rest[2] === null) c.timers.delete(rest[1]);
            else c.timers.set(rest[1], { due: rest[2], set: rest[3], name: rest[4] });
          }
        }
      }
    }
    return hosts;
  }

  // --- the ladder ----------------------------------------------------------------------
  let parts = [];
  let clip = null;
  let line = null;
  let places = new Map();

  function ladder() {
    const size = narrow.matches ? "narrow" : "wide";
    const S = D.scenes[D.langs[lang]][size];
    places = new Map(S.times);
    const svg = draw("svg", { viewBox: `0 44 ${S.w} ${S.h - 44}`, class: size, "aria-hidden": "true" });
    // letters stay readable: rather scroll sideways than shrink
    svg.style.minWidth = `${Math.round(S.w * (narrow.matches ? 0.7 : 0.78))}px`;
    parts = [];
    const put = (node, t) => { svg.append(node); parts.push([node, t]); return node; };
    const x = new Map(S.cols);
    const defs = draw("defs", {});
    const marker = draw("marker", { id: "tip", viewBox: "0 0 10 10", refX: 9.5, refY: 5, markerWidth: 8,
      markerHeight: 8, orient: "auto", markerUnits: "userSpaceOnUse" });
    marker.append(draw("path", { d: "M0 1L10 5L0 9z", fill: "currentColor" }));
    const region = draw("clipPath", { id: "past" });
    clip = draw("rect", { x: 0, y: 0, width: S.w, height: S.h });
    region.append(clip);
    defs.append(marker, region);
    svg.append(defs);
    const faint = draw("g", { class: "later" });
    const flights = draw("g", { "clip-path": "url(#past)" });
    for (const [name, at] of S.cols) {
      svg.append(draw("line", { x1: at, x2: at, y1: 82, y2: S.h - 14, class: "life" }));
      svg.append(draw("text", { x: at, y: 72, "text-anchor": "middle", "font-size": "1.25em",
        "font-weight": "bold" }, name));
    }
    for (const [host, state, shownName, y1, y2, t] of S.bars) {
      for (const group of [faint, flights]) {
        const bar = draw("rect", { x: x.get(host) - 5, y: y1, width: 10, height: y2 - y1, rx: 2,
          fill: D.colours[state] || "#bbb" });
        bar.append(draw("title", {}, shownName));
        group.append(bar);
      }
    }
    svg.append(faint, flights);
    for (const [y, text] of S.gaps) {
      svg.append(draw("line", { x1: 20, x2: S.w - 20, y1: y, y2: y, class: "gap" }));
      svg.append(draw("text", { x: S.w / 2, y: y + 4, "text-anchor": "middle", class: "soft" },
        `⋮ ${text} ⋮`));
    }
    line = draw("line", { x1: 0, x2: S.w, y1: 0, y2: 0, class: "now" });
    svg.append(line);
    for (const [n, t, x1, y1, x2, y2, label, lost, odd, lx, ly, turn, anchor] of S.arrows) {
      const look = `${lost ? " lost" : ""}${odd ? " odd" : ""}`;
      const way = draw("line", { x1, y1, x2, y2, class: `arrow${look}`, "data-n": n });
      if (!lost) way.setAttribute("marker-end", "url(#tip)");
      flights.append(way);
      faint.append(draw("line", { x1, y1, x2, y2, class: `arrow${look}` }));
      parts.push([way, t]);
      if (lost) {
        flights.append(draw("path", { d: `M${x2 - 5} ${y2 - 5}l10 10m0 -10l-10 10`, class: "cross" }));
      }
      const text = put(draw("text", { transform: `translate(${lx} ${ly}) rotate(${turn})`,
        "text-anchor": anchor, class: `label${look}`, "data-n": n }, label), t);
      text.addEventListener("click", () => { const i = sentIn(n); if (i >= 0) go(i); });
    }
    const left = S.cols.length ? S.cols[0][0] : "";
    for (const [host, t, y, lines] of S.stacks) {
      const side = host === left ? -1 : 1;
      const text = draw("text", { "text-anchor": side < 0 ? "end" : "start" });
      lines.forEach(([kind, said], i) => text.append(
        draw("tspan", { x: x.get(host) + side * 12, y: y + 4 + i * 15, class: kind }, said)));
      put(text, t);
    }
    for (const [y, t, lines] of S.remarks) {
      const text = draw("text", { "text-anchor": "middle", class: "remark" });
      lines.forEach((said, i) => text.append(draw("tspan", { x: S.w / 2, y: y + 4 + i * 15 }, said)));
      put(text, t);
    }
    $("ladder").replaceChildren(svg);
  }

  const sentIn = (n) => D.steps.findIndex((s) => s.lines.some(([kind, text]) =>
    (kind === "packet" || kind === "lost") && D.pool[text][0].startsWith(`#${n} `)));

  function light() {
    const now = D.steps[step];
    const t = now ? now.t : 0;
    for (const [node, at] of parts) {
      node.classList.toggle("later", at > t);
      const n = node.getAttribute("data-n");
      if (n !== null) node.classList.toggle("on", now !== undefined && Number(n) === now.n);
    }
    const y = places.get(t);
    if (y === undefined) return;
    // at the very end all is past, else what arrives later is still on its way
    clip.setAttribute("height", step === D.steps.length - 1 ? 1e6 : y + 2);
    line.setAttribute("y1", y);
    line.setAttribute("y2", y);
    const box = $("ladder");
    const svg = box.firstChild;
    const scale = svg.clientWidth / svg.viewBox.baseVal.width;
    const at = (y - svg.viewBox.baseVal.y) * scale;
    if (at < box.scrollTop + 40 || at > box.scrollTop + box.clientHeight - 90) {
      box.scrollTop = at - box.clientHeight / 2;
    }
  }

  // --- the side ------------------------------------------------------------------------
  const span = (ns) => {
    for (const [unit, size] of [["s", 1e9], ["ms", 1e6], ["µs", 1e3]]) {
      if (Math.abs(ns) >= size) return `${Number((ns / size).toPrecision(6))} ${unit}`;
    }
    return `${ns} ns`;
  };
  const TIMES = new Set(["rto", "srtt", "rttvar"]);
  const SHOWN = ["snd_una", "snd_nxt", "snd_wnd", "rcv_nxt", "rcv_wnd", "unsent", "unread",
    "out_of_order", "rto", "srtt", "cwnd", "ssthresh"];
  const fieldName = (f) => (/^(snd|rcv)_/.test(f)
    ? f.replace("_", ".").replace("_", "").toUpperCase()
    : TIMES.has(f) ? f.toUpperCase() : f.replace(/_/g, "-"));
  const fieldText = (f, v) => (v === undefined ? "–"
    : TIMES.has(f) ? (v ? span(v) : "–")
      : f === "ssthresh" && v >= 2 ** 29 ? "∞" : String(v));

  function tables() {
    const now = standing(step);
    const before = standing(step - 1);
    const t = D.steps.length ? D.steps[step].t : 0;
    const boxes = [];
    for (const [name, host] of now) {
      const box = el("div", { class: "host" }, el("h3", { text: name }));
      const living = [...host.conns.values()].filter((c) => c.alive);
      const old = before.get(name);
      for (const [port, queue] of host.queues) box.append(listener(port, queue, old.queues.get(port)));
      for (const c of living.sort((a, b) => a.id - b.id)) {
        box.append(connection(c, old.conns.get(c.id), t));
      }
      if (!living.length && !host.queues.size) box.append(el("p", { class: "ends", text: ui("no-connection") }));
      if (living.length || host.queues.size || now.size <= 2) boxes.push(box);
    }
    $("tcbs").replaceChildren(...boxes);
  }

  function listener(port, [syn, accept, backlog], was) {
    const dot = el("span", { class: "dot" });
    dot.style.background = D.colours.LISTEN;
    const count = (name, value, old) => [el("dt", { text: name }),
      el("dd", { class: old === undefined || old === value ? "" : "new", text: String(value) })];
    const list = el("dl", { class: "fields" },
      ...count(ui("syn-queue"), syn, was && was[0]), ...count(ui("accept-queue"), accept, was && was[1]),
      ...count("backlog", backlog, was && was[2]));
    return el("div", { class: "conn" }, dot, el("span", { class: was ? "state" : "state new",
      text: `LISTEN :${port}` }), list);
  }

  function connection(c, was, t) {
    const state = el("span", { class: !was || was.state !== c.state ? "state new" : "state" });
    const dot = el("span", { class: "dot" });
    dot.style.background = D.colours[c.state] || "#bbb";
    state.append(c.name || c.state || "");
    const box = el("div", { class: "conn" }, dot, state,
      el("div", { class: "ends", text: `${c.local || ""} → ${c.remote || "*"}` }));
    const list = el("dl", { class: "fields" });
    for (const f of SHOWN) {
      if (c.fields[f] === undefined) continue;
      const text = fieldText(f, c.fields[f]);
      const fresh = !was || fieldText(f, was.fields[f]) !== text;
      list.append(el("dt", { text: fieldName(f) }), el("dd", { class: fresh ? "new" : "", text }));
    }
    box.append(list);
    for (const { due, set, name } of c.timers.values()) {
      const share = due > set ? Math.max(0, Math.min(1, (due - t) / (due - set))) : 0;
      const fill = el("span");
      fill.style.width = `${Math.round(share * 100)}%`;
      const bar = el("i", { "aria-hidden": "true" }, fill);
      box.append(el("div", { class: "timer", text: `${T(name)}: ${span(Math.max(due - t, 0))}` }, bar));
    }
    return box;
  }

  const short = (name) => (/^[A-Z]/.test(name) ? name[0] : "0");

  function packet() {
    const box = $("header");
    const P = D.packets[shown];
    if (!P) {
      box.replaceChildren(el("p", { class: "ends", text: ui("no-packet") }));
      return;
    }
    const meaning = el("p", { class: "meaning", text: ui("hover"), "aria-live": "polite" });
    const bytes = [];
    const hex = el("div", { class: "hex", "aria-label": ui("bytes"), role: "group" });
    for (let i = 0; i < P.hex.length / 2; i++) {
      bytes.push(el("span", { text: P.hex.slice(2 * i, 2 * i + 2) }));
    }
    hex.append(...bytes);
    if (P.size > bytes.length) hex.append(" …");
    const out = [];
    const fields = [];
    const mark = (field) => {
      for (const f of fields) f.node.classList.toggle("hit", f === field);
      bytes.forEach((b, i) => b.classList.toggle("hit",
        i * 8 + 8 > field.from && i * 8 < field.from + field.width));
      meaning.textContent = `${field.name} = ${field.value} — ${field.told}`;
    };
    for (const [title, start, , list] of P.headers || []) {
      const grid = el("div", { class: "bits" });
      for (const [label, told, first, width, value] of list) {
        const name = T(label);
        const node = el("button", { type: "button", "aria-label": `${name}: ${value}` },
          el("span", { text: width === 1 ? short(name) : name }), el("small", { text: value }));
        // a field wider than a row takes whole rows; others end where the row ends
        node.style.gridColumn = `span ${Math.min(width, 32 - (first % 32))}`;
        if (width >= 64) node.style.gridRow = `span ${Math.ceil(width / 32 / 2)}`;
        const field = { node, name, value, told: T(told), from: start * 8 + first, width };
        fields.push(field);
        for (const what of ["mouseenter", "focus", "click"]) {
          node.addEventListener(what, () => mark(field));
        }
        grid.append(node);
      }
      out.push(el("div", { class: "head" }, el("b", { text: T(title) }), grid));
    }
    bytes.forEach((b, i) => b.addEventListener("mouseenter", () => {
      const hit = fields.find((f) => i * 8 + 8 > f.from && i * 8 < f.from + f.width);
      if (hit) mark(hit);
    }));
    const notes = (P.notes || []).map((n) => el("p", { class: "ends", text: T(n) }));
    box.replaceChildren(meaning, ...out, hex, ...notes);
  }

  function happening() {
    const now = D.steps[step];
    if (!now) return;
    $("what").textContent = `${ui("what")}: ${now.at} s${now.host ? `, ${now.host}` : ""}`;
    $("lines").replaceChildren(...now.lines.map(([kind, text]) =>
      el("li", { class: kind, text: T(text) })));
    $("why").hidden = now.why.length === 0;
    $("reasons").replaceChildren(...now.why.map(([name, text]) =>
      el("p", {}, el("b", { text: T(name) }), T(text))));
  }

  // --- moving about --------------------------------------------------------------------
  function show() {
    const now = D.steps[step];
    if (now) shown = now.n;
    happening();
    tables();
    packet();
    light();
    const last = Math.max(D.steps.length - 1, 0);
    $("scrub").max = String(last);
    $("scrub").value = String(step);
    $("scrub").setAttribute("aria-valuetext", now ? `${step + 1}: ${now.at} s` : "");
    $("count").textContent = D.steps.length ? `${ui("step-of")} ${step + 1} / ${last + 1}` : "";
    $("first").disabled = $("back").disabled = step === 0;
    $("next").disabled = $("last").disabled = step >= last;
    try { history.replaceState(null, "", `#${step + 1}`); } catch { /* a file: page may not */ }
  }

  function go(to) {
    step = Math.max(0, Math.min(D.steps.length - 1, to));
    show();
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    named();
  }

  function play() {
    if (timer) { stop(); return; }
    if (step >= D.steps.length - 1) go(0);
    timer = setInterval(() => {
      if (step >= D.steps.length - 1) stop();
      else go(step + 1);
    }, 1400);
    named();
  }

  function named() {
    const name = (id, key) => { $(id).title = ui(key); $(id).setAttribute("aria-label", ui(key)); };
    for (const id of ["first", "back", "next", "last"]) name(id, id);
    name("play", timer ? "pause" : "play");
    $("play").textContent = timer ? `‖ ${ui("pause")}` : `▷ ${ui("play")}`;
    name("scrub", "position");
    $("ladder").setAttribute("aria-label", `${ui("ladder")}. ${ui("lost-legend")}`);
  }

  function speak() {
    document.documentElement.lang = D.langs[lang] === "zh" ? "zh-Hans" : "en";
    document.title = T(D.title);
    $("title").textContent = T(D.title);
    const more = D.more < 0 ? "" : ` · ${T(D.more)}`;
    $("sub").textContent = `${T(D.sub)} · ${ui("lost-legend")}${more}`;
    $("language").textContent = ui("language");
    for (const key of ["why", "hosts", "packet", "keys"]) $(key).textContent = ui(key);
    named();
    ladder();
    show();
  }

  const turn = () => { lang = (lang + 1) % D.langs.length; speak(); };
  $("language").addEventListener("click", turn);
  $("first").addEventListener("click", () => go(0));
  $("back").addEventListener("click", () => go(step - 1));
  $("next").addEventListener("click", () => go(step + 1));
  $("last").addEventListener("click", () => go(D.steps.length - 1));
  $("play").addEventListener("click", play);
  $("scrub").addEventListener("input", () => go(Number($("scrub").value)));
  narrow.addEventListener("change", () => { ladder(); show(); });
  addEventListener("resize", light);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const button = event.target instanceof HTMLButtonElement;
    const keys = { ArrowRight: () => go(step + 1), ArrowLeft: () => go(step - 1), Home: () => go(0),
      End: () => go(D.steps.length - 1), l: turn, L: turn };
    if (event.key === " " && !button) { event.preventDefault(); play(); return; }
    if (event.target === $("scrub") && event.key.startsWith("Arrow")) return;
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  const wanted = Number(location.hash.slice(1));
  if (Number.isInteger(wanted) && wanted > 0) step = Math.min(wanted, D.steps.length) - 1;
  speak();
})();
