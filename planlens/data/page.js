"use strict";
// One page, no framework: sort, search, filter, step from change to change, draw links, take scores apart.
const data = JSON.parse(document.getElementById("data").textContent);
const words = data.words;
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const byId = (id) => document.getElementById(id);
const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const put = (parent, name, text = "", attributes = {}) => {
  const svg = ["svg", "path", "rect", "line"].includes(name);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  parent.append(made);
  return made;
};

// ---- tables: a click on a column's name sorts by it, as numbers where it holds numbers
const number = (text) => {
  const found = text.replace(/,/g, "").match(/^[^\d+\-−]{0,3}([+\-−]?\d+(?:\.\d+)?)(万|亿)?/);
  return found ? Number(found[1].replace("−", "-")) * (found[2] === "万" ? 1e4 : found[2] === "亿" ? 1e8 : 1) : null;
};
function sortable(table) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  all("thead th", table).forEach((head) => {
    const column = head.cellIndex;
    const button = put(head, "button", head.textContent, { type: "button" });
    head.replaceChildren(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const was = head.getAttribute("aria-sort");
      const way = was === "none" ? "ascending" : was === "ascending" ? "descending" : "none";
      all("th[aria-sort]", table).forEach((other) => other.setAttribute("aria-sort", "none"));
      head.setAttribute("aria-sort", way);
      body.append(...(way === "none" ? rows : sorted(rows, column, way === "ascending" ? 1 : -1)));
    });
  });
}
function sorted(rows, column, sign) {
  const keyed = rows.map((row) => {
    const text = (row.cells[column] || { textContent: "" }).textContent.trim();
    return { row, text, value: number(text), empty: text === "" || text === "—" };
  });
  const numeric = keyed.filter((k) => k.value !== null).length * 2 > keyed.filter((k) => !k.empty).length;
  const order = (a, b) => a.empty - b.empty || sign * (numeric && a.value !== null && b.value !== null
    ? a.value - b.value : a.text.localeCompare(b.text, "zh"));
  return keyed.sort(order).map((k) => k.row);
}

// ---- search and filter: what does not fit is hidden, what was found is marked
const cards = all(".card").map((card) => ({
  card, text: fold(card.textContent), status: card.dataset.status, doubt: card.dataset.doubt,
  kind: (card.dataset.kinds || "").split(" "), section: (card.dataset.sections || "").split(" "),
  strength: (card.dataset.strengths || "").split(" "),
}));
const rows = all("table.sort tbody tr").map((row) => ({ row, text: fold(row.textContent) }));
const form = byId("filter");
function fold(text) { return text.normalize("NFKC").toLowerCase(); }
function narrow() {
  const asked = new FormData(form);
  const sought = fold((asked.get("find") || byId("find").value).trim());
  const statuses = asked.getAll("status");
  for (const c of cards) {
    c.card.hidden = !(statuses.includes(c.status) && (!asked.get("doubt") || c.doubt) && c.text.includes(sought)
      && ["kind", "section", "strength"].every((name) => !asked.get(name) || c[name].includes(asked.get(name))));
  }
  for (const r of rows) r.row.hidden = !r.text.includes(sought);
  for (const lot of all(".lot")) { // a lot out of sight is as high as we say
    const left = all(".card:not([hidden])", lot).length;
    lot.hidden = !left;
    lot.style.containIntrinsicHeight = `${left * 11}rem`;
  }
  for (const group of all(".group")) group.hidden = !group.querySelector(".card:not([hidden])") && !!group.querySelector(".card");
  if (!cards.length) all("main > section").forEach((s) => { s.hidden = !!s.querySelector("tbody tr") && !s.querySelector("tbody tr:not([hidden])"); });
  const shown = cards.filter((c) => !c.card.hidden).length;
  const found = rows.filter((r) => !r.row.hidden).length;
  const counts = { shown, all: cards.length, rows: found, rows_all: rows.length };
  const narrowed = shown < cards.length || found < rows.length;
  byId("count").textContent = cards.length ? say(words.shown, counts) + (sought && rows.length ? say(words.rows, counts) : "")
    : sought ? say(words.rows_only, counts) : "";
  byId("count").classList.toggle("screen", !narrowed);
  mark(sought);
  tellStep();
}
function narrowInPlace() { // tables above grow and shrink with what is found; the form stays where it is used
  const above = form.getBoundingClientRect().top;
  narrow();
  scrollBy({ top: form.getBoundingClientRect().top - above, behavior: "instant" });
}
function mark(sought) {
  if (!window.CSS || !CSS.highlights) return;
  CSS.highlights.delete("found");
  if (!sought) return;
  const ranges = [];
  for (const root of all(".card:not([hidden]) .sides, table.sort, .text")) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode() && ranges.length < 5000) {
      const text = walk.currentNode.data.toLowerCase();
      for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + sought.length)) {
        const range = new Range();
        range.setStart(walk.currentNode, at);
        range.setEnd(walk.currentNode, at + sought.length);
        ranges.push(range);
      }
    }
  }
  CSS.highlights.set("found", new Highlight(...ranges));
}

// ---- why this match: the parts of a score one under the other, each bar beginning where the last one ended
const SMALL = 0.25; // log-odds: what adds less is summed up in one line
function waterfall(details) {
  for (const n of details.dataset.links.split(",")) explain(details, data.links[n]);
}
function explain(parent, link) {
  const texts = [link.o, link.n].map((id) => (byId(id) || { textContent: "" }).textContent);
  put(parent, "p", say(words.pair, { old: short(texts[0]), new: short(texts[1]), chance: link.s || link.p }));
  if (!link.why.length) return;
  const first = link.why.slice(0, 1);
  const others = link.why.slice(1).sort((a, b) => Math.abs(b[2]) - Math.abs(a[2]));
  const small = others.filter((part) => Math.abs(part[2]) < SMALL);
  const large = [...first, ...others.filter((part) => Math.abs(part[2]) >= SMALL)];
  const steps = large.map(([n, value, adds], at) => [data.parts[n], at ? String(value) : "", adds]);
  if (small.length) steps.push([say(words.small, { count: small.length, below: SMALL }), "", small.reduce((sum, p) => sum + p[2], 0)]);
  let sum = 0;
  const ends = steps.map((step) => [sum, (sum += step[2])]);
  const low = Math.min(...ends.flat()), high = Math.max(...ends.flat());
  const x = (value) => ((value - low) / (high - low || 1)) * 240 + 5;
  const table = put(put(parent, "div", "", { class: "scroll", tabindex: 0, role: "group", "aria-label": words.why }), "table", "");
  const head = put(put(table, "thead"), "tr");
  for (const name of [words.evidence, words.measured, words.adds]) put(head, "th", name, { scope: "col" });
  put(head, "td");
  const body = put(table, "tbody");
  steps.forEach(([name, value, adds], n) => bar(body, name, value, adds, ends[n].map(x), x(0)));
  bar(body, words.sum, link.s ? "" : link.p, sum, [x(0), x(sum)], x(0), "sum");
}
function bar(body, name, value, adds, [from, to], zero, kind = adds < 0 ? "minus" : "plus") {
  const row = put(body, "tr");
  put(row, "th", name, { scope: "row" });
  put(row, "td", value, { class: "n" });
  put(row, "td", (adds < 0 ? "−" : "+") + Math.abs(adds).toFixed(2), { class: "n" });
  const svg = put(put(row, "td"), "svg", "", { width: 250, height: 14, "aria-hidden": "true" });
  put(svg, "line", "", { class: "zero", x1: zero, x2: zero, y1: 0, y2: 14 });
  put(svg, "rect", "", { class: kind, x: Math.min(from, to), y: 2, width: Math.max(Math.abs(to - from), 1), height: 10 });
}
const short = (text) => (text.length > 24 ? text.slice(0, 23) + "…" : text);

// ---- steps: one change is the current one, in the list and in both plans
let current = null; // a card, or null
let chosen = -1; // number of its change, -1 where it has none
const visible = () => cards.filter((c) => !c.card.hidden).map((c) => c.card);
const inPlans = () => {
  const box = byId("plans") && byId("plans").getBoundingClientRect();
  return box && box.top < innerHeight * 0.6 && box.bottom > innerHeight * 0.4;
};
function step(by) {
  const list = visible();
  if (!list.length) return;
  const at = list.indexOf(current);
  const next = at < 0 ? (by > 0 ? firstBelow(list) : list.length - 1) : Math.min(Math.max(at + by, 0), list.length - 1);
  select(Number(list[next].dataset.change ?? -1), list[next]);
  if (inPlans()) return follow();
  current.scrollIntoView({ block: "nearest" });
  current.focus({ preventScroll: true });
}
const firstBelow = (list) => Math.max(0, list.findIndex((card) => card.getBoundingClientRect().bottom > 80));
function select(change, card) {
  if (current) current.removeAttribute("aria-current");
  for (const unit of all("a.u.on")) unit.classList.remove("on");
  chosen = change;
  current = card || null;
  if (current) current.setAttribute("aria-current", "true");
  for (const unit of units(change)) unit.classList.add("on");
  tellNow();
  tellStep();
  draw();
}
const ids = (change) => (change < 0 ? [] : [...data.changes[change].o, ...data.changes[change].n]);
const units = (change) => ids(change).map(byId).filter(Boolean);
function tellStep() {
  if (!byId("step")) return;
  const list = visible();
  byId("step").textContent = `${list.indexOf(current) + 1 || "–"} / ${list.length}`;
}
function tellNow() {
  const now = byId("now");
  const change = data.changes[chosen];
  now.hidden = !change;
  now.replaceChildren();
  if (!change) return;
  now.className = "s-" + change.s;
  put(now, "span", change.t, { class: "badge" });
  put(now, "span", change.k + " ");
  if (current) put(now, "a", words.to_card, { href: "#" + current.id });
  if (!change.l.length) return;
  const why = put(now, "details", "", { class: "why", "data-links": change.l.join(",") });
  put(why, "summary", words.why);
  why.addEventListener("toggle", () => why.open && why.childElementCount === 1 && waterfall(why));
}

// ---- the two plans: what is chosen comes into sight on both sides, and lines join what is in sight
const columns = ["text-old", "text-new"].map(byId).filter(Boolean);
function follow(clicked) {
  for (const [n, column] of columns.entries()) {
    const unit = chosen >= 0 && byId(data.changes[chosen][n ? "n" : "o"][0] || "");
    if (!unit || (clicked && column.contains(clicked))) continue;
    unit.scrollIntoView({ block: "nearest" }); // lays out what lies between, then the exact place
    const above = clicked ? clicked.getBoundingClientRect().top - clicked.closest(".text").getBoundingClientRect().top : column.clientHeight / 3;
    column.scrollTop += unit.getBoundingClientRect().top - column.getBoundingClientRect().top - above;
  }
  draw();
}
const inSight = new Set();
let waiting = false;
function draw() {
  if (waiting || !columns.length) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; lines(); });
}
function lines() {
  const svg = byId("links");
  const box = svg.getBoundingClientRect();
  svg.replaceChildren();
  if (!box.width) return;
  const seen = new Set([...inSight].map((id) => byId(id).dataset.change));
  for (const change of seen) {
    if (change === undefined) continue;
    for (const n of data.changes[change].l) {
      const link = data.links[n];
      const near = inSight.has(link.o) && inSight.has(link.n);
      const kind = Number(change) === chosen ? " on" : near ? "" : " far";
      line(svg, box, link, `s-${data.changes[change].s}${kind}`);
    }
  }
}
function line(svg, box, link, name) {
  const [a, b] = [link.o, link.n].map((id) => height(byId(id), box));
  const wide = box.width;
  put(svg, "path", "", { d: `M0 ${a}C${wide / 2} ${a} ${wide / 2} ${b} ${wide} ${b}`, class: name });
}
function height(unit, box) { // of a unit's middle in the box; at its edge where it is out of sight
  const around = unit.closest(".clause").getBoundingClientRect(); // a unit in a clause far off is not laid out for this
  const { top, bottom } = around.bottom < box.top || around.top > box.bottom ? around : unit.getBoundingClientRect();
  return Math.min(Math.max((top + bottom) / 2 - box.top, 0), box.height);
}
function watch(column) {
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) inSight[entry.isIntersecting ? "add" : "delete"](entry.target.id);
    draw();
  }, { root: column });
  all("a.u", column).forEach((unit) => observer.observe(unit));
  column.addEventListener("scroll", draw, { passive: true });
  column.addEventListener("click", (event) => {
    const unit = event.target.closest("a.u");
    if (!unit || unit.dataset.change === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const change = Number(unit.dataset.change);
    select(change, cardOf(change));
    history.replaceState(null, "", unit.getAttribute("href"));
    follow(unit);
  });
}
const cardOf = (change) => (cards.find((c) => c.card.dataset.change === String(change)) || {}).card;

// ---- addresses: #n-三/十#5, #c-n-三/十#5, or the bare key, looked up in the new plan first
function arrive() {
  const name = decoded(location.hash.slice(1));
  if (!name) return;
  const target = byId(name) || byId("n-" + name) || byId("o-" + name) || byId(name.replace(/^c-/, ""));
  if (!target) return;
  if (target.matches(".card")) {
    if (target.hidden) form.reset();
    select(Number(target.dataset.change ?? -1), target);
    target.focus({ preventScroll: true });
  } else if (target.matches("a.u")) {
    select(Number(target.dataset.change ?? -1), cardOf(Number(target.dataset.change)));
    byId("plans").scrollIntoView();
    return follow();
  }
  reveal(target);
  requestAnimationFrame(() => reveal(target)); // once more, now that what lies around it has its height
}
function reveal(target) {
  const column = target.closest(".text");
  if (!column) return target.scrollIntoView();
  target.scrollIntoView({ block: "nearest" });
  column.scrollTop += target.getBoundingClientRect().top - column.getBoundingClientRect().top;
  byId("plans").scrollIntoView();
}
function decoded(name) {
  try { return decodeURIComponent(name); } catch { return name; }
}

// ---- keys: j k and the arrows to the sides step, / searches, Escape leaves the search
function pressed(event) {
  const typing = event.target.closest("input:not([type=checkbox]), select");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing) {
    if (event.key === "Escape") typing.blur();
    return;
  }
  const sideways = !event.target.closest(".scroll");
  if (event.key === "j" || (event.key === "ArrowRight" && sideways)) step(1);
  else if (event.key === "k" || (event.key === "ArrowLeft" && sideways)) step(-1);
  else if (event.key === "/" && form) { byId("find").focus(); event.preventDefault(); }
}

all("table.sort").forEach(sortable);
for (const details of all("details.why")) {
  details.hidden = false;
  details.addEventListener("toggle", () => details.open && details.childElementCount === 1 && waterfall(details));
}
if (form) {
  form.hidden = false;
  let timer = 0;
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(narrowInPlace, 120); });
  form.addEventListener("reset", () => setTimeout(narrowInPlace));
  form.addEventListener("submit", (event) => event.preventDefault());
  narrow();
}
if (cards.length) {
  for (const id of ["hint"]) byId(id).hidden = false;
  all(".steps").forEach((steps) => { steps.hidden = false; });
  byId("on").addEventListener("click", () => step(1));
  byId("back").addEventListener("click", () => step(-1));
  document.addEventListener("click", (event) => {
    const card = event.target.closest(".card");
    if (card && !event.target.closest("a, summary, button")) select(Number(card.dataset.change ?? -1), card);
  });
}
columns.forEach(watch);
document.addEventListener("keydown", pressed);
addEventListener("resize", draw);
addEventListener("hashchange", arrive);
addEventListener("load", arrive);
