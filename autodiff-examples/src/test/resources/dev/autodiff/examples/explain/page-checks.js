/*
 * What the page of an explanation must show, told from its data alone. Each function returns what is wrong, an empty list if nothing is.
 * The test puts this file before the call of one of them.
 */
const data = JSON.parse(document.getElementById("data").textContent);
const steps = data.steps, n = steps.length;
const all = (css, within = document) => [...within.querySelectorAll(css)];
const text = e => e.textContent;
const node = id => document.querySelector(`[data-step="${id}"]`);

/** Positions 0 … n − 1 are the forward pass, n … 2n − 1 the backward pass. */
function slide(position) {
  const slider = document.getElementById("position");
  slider.value = position;
  slider.dispatchEvent(new Event("input"));
}

function compare(wrong, what, got, want) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
  if (a !== b) wrong.push(`${what}: got ${a}, want ${b}`);
}

/** Goes to each position and compares what the panel, the line above it and the drawing say with the step. */
function wrongSteps() {
  const wrong = [];
  for (let position = 0; position < 2 * n; position++) {
    slide(position);
    const backward = position >= n, i = backward ? position - n : n - 1 - position, s = steps[i];
    const at = `${backward ? "backward" : "forward"} at ${s.symbol}, `;
    const count = backward ? i + 1 : n - i;
    compare(wrong, at + "place", text(document.getElementById("where")),
      `${backward ? "backward" : "forward"} ${count} of ${n}: ${s.symbol}`);
    wrongPanel(wrong, at, s, backward, count);
    wrongMarks(wrong, at, s, backward, i);
  }
  return wrong;
}

function wrongPanel(wrong, at, s, backward, count) {
  const panel = document.getElementById("panel"), said = text(panel);
  compare(wrong, at + "heading", text(panel.querySelector("h2")), plain(s.leaf ? s.symbol : s.symbol + " = " + s.formula));
  const tables = s.operands.map(o => o.value || (steps.find(t => t.id === o.id) || {}).value).filter(t => t);
  tables.push(s.value);
  const phrases = [`shape ${s.shape} · ${s.dtype} · step ${count} of ${n} of the ${backward ? "backward" : "forward"} pass`,
    s.leaf ? "leaf that requires a gradient" : s.operation];
  if (backward) {
    tables.push(s.gradient);
    if (s.received.length > 1) {
      tables.push(...s.received.map(r => r.value));
      phrases.push(`${s.parts} contributions were added up${s.parts > 8 ? "; the first 8 are shown" : ""}.`, ...s.received.map(r => `from ${plain(r.fromName)}: ${plain(r.rule)}`));
    } else if (s.received.length === 1) {
      phrases.push(`It comes from ${plain(s.received[0].fromName)} by the rule ${plain(s.g + " = " + s.received[0].rule)}.`);
    } else phrases.push("the sweep starts with 1");
    tables.push(...s.given.map(c => c.value));
    phrases.push(s.check.text, ...s.given.map(c => c.check.text));
    phrases.push(...s.given.map(c => plain(c.toGradient + (c.parts > 1 ? " gets " : " = ") + c.rule)));
    phrases.push(...s.given.filter(c => c.parts > 1).map(c => `one of ${c.parts} contributions`));
    if (s.hooked) phrases.push("A hook changed the sum.");
  } else phrases.push("The gradient follows in the backward pass");
  compare(wrong, at + "tables", all("table", panel).map(t => all("tr", t).map(r => all("td", r).map(text))), tables.map(t => t.rows));
  compare(wrong, at + "what was cut out", all(".cut", panel).map(text), tables.map(t => t.note).filter(t => t));
  for (const phrase of phrases) if (!said.includes(phrase)) wrong.push(`${at}panel lacks “${phrase}”`);
  if (said.includes("A hook") && !s.hooked) wrong.push(at + "no hook changed it");
  compare(wrong, at + "colours of the checks", all(".check", panel).map(c => c.classList[1]),
    backward ? [s.check, ...s.given.map(c => c.check)].map(c => c.status) : []);
  wrongColours(wrong, at, panel, tables);
}

/** Exponents are written with ^ in the data. */
function plain(formula) { return formula.replace(/\^(?=−?[\d.])/g, ""); }

/** Blue is positive, orange negative, the more so the larger the number. */
function wrongColours(wrong, at, panel, tables) {
  all("table", panel).forEach((t, k) => {
    if (!tables[k]) return;
    const numbers = tables[k].numbers.flat();
    all("td", t).forEach((cell, i) => {
      const v = numbers[i], colour = getComputedStyle(cell).backgroundColor;
      const want = !v || numbers.length < 2 ? "rgba(0, 0, 0, 0)" : v > 0 ? "rgba(0, 114, 178, " : "rgba(213, 94, 0, ";
      if (!colour.startsWith(want)) wrong.push(`${at}colour of ${v}: ${colour}`);
    });
  });
}

function wrongMarks(wrong, at, s, backward, i) {
  const marked = mark => all(".node." + mark).map(g => +g.dataset.step).sort((a, b) => a - b);
  const ids = some => some.map(t => t.id).sort((a, b) => a - b);
  compare(wrong, at + "current", marked("current"), [s.id]);
  compare(wrong, at + "known", marked("known"), backward ? [] : ids(steps.slice(i)));
  compare(wrong, at + "reached", marked("reached"), backward ? ids(steps.slice(0, i + 1)) : []);
  const constants = s.operands.filter(o => o.id === null && o.value).length;
  const nodes = s.operands.filter(o => o.id !== null && node(o.id)).length;
  const active = all(".edge.active");
  compare(wrong, at + "arrows in colour", active.length, backward ? nodes : nodes + constants);
  for (const e of active) compare(wrong, at + "arrow in colour", ends(e)[1], s.symbol);
  compare(wrong, at + "arrows that point back", all(".back").filter(b => getComputedStyle(b).display !== "none").length, backward ? nodes : 0);
}

/** The labels of the boxes at whose lower edge an arrow begins and at whose upper edge it ends. */
function ends(path) {
  const screen = path.getScreenCTM(), point = length => path.getPointAtLength(length).matrixTransform(screen);
  const nearest = (p, edge) => all(".node").map(g => [g, g.querySelector("rect").getBoundingClientRect()])
    .map(([g, r]) => [text(g.querySelector("text")), Math.hypot((r.left + r.right) / 2 - p.x, r[edge] - p.y)])
    .reduce((a, b) => a[1] <= b[1] ? a : b)[0];
  return [nearest(point(0), "bottom"), nearest(point(path.getTotalLength()), "top")];
}

/** Each use of a value is one arrow from it to its result, with the tip at the result and the one of the backward pass at the value. */
function wrongArrows() {
  const wrong = [], label = new Map(steps.map(s => [s.id, s.symbol]));
  const uses = steps.flatMap(s => s.operands
    .filter(o => label.has(o.id) || o.value).map(o => [label.get(o.id) || o.symbol, s.symbol].join(" → ")));
  const paths = all(".edge");
  compare(wrong, "arrows", paths.map(p => ends(p).join(" → ")).sort(), uses.sort());
  const middle = triangle => { // which is not drawn in the forward pass, so that it has no box
    const numbers = triangle.getAttribute("d").match(/-?[\d.]+(e-?\d+)?/g).map(Number), mean = k => (numbers[k] + numbers[k + 2] + numbers[k + 4]) / 3;
    return [mean(0), mean(1)];
  };
  const apart = (a, b) => Math.hypot(a[0] - b.x, a[1] - b.y);
  paths.forEach((p, k) => {
    const from = p.getPointAtLength(0), to = p.getPointAtLength(p.getTotalLength());
    if (apart(middle(all(".tip")[k]), to) > 12) wrong.push(`the tip of ${ends(p)} is not at its end`);
    if (apart(middle(all(".back")[k]), from) > 12) wrong.push(`the tip back of ${ends(p)} is not at its start`);
  });
  return wrong;
}

/** Each node says what came of its checks, and how many contributions it has. */
function wrongBadges() {
  const wrong = [];
  for (const s of steps) {
    const found = [s.check, ...s.given.map(g => g.check)].map(c => c.status);
    const want = [found.includes("failed") ? "✗" : found.includes("not_checked") ? "–" : "✓"];
    if (s.parts > 1) want.push("Σ" + s.parts);
    compare(wrong, "badges of " + s.symbol, all(".badge", node(s.id)).map(text), want);
    compare(wrong, "label of " + s.symbol, text(node(s.id).querySelector("text")), s.symbol);
  }
  return wrong;
}

/** Goes to each position and tells which nodes are not in view then, and which parts are wider than their place. */
function outOfPlace() {
  const wrong = [], v = document.getElementById("view").getBoundingClientRect(), panel = document.getElementById("panel");
  for (let position = 0; position < 2 * n; position++) {
    slide(position);
    const r = document.querySelector(".current rect").getBoundingClientRect();
    const shown = r.left >= v.left && r.right <= v.right && r.top >= v.top && r.bottom <= v.bottom;
    if (!shown && r.width < v.width) wrong.push(`node at position ${position} is out of view`);
    const wide = panel.scrollWidth - panel.clientWidth;
    if (wide > 0) wrong.push(`panel at position ${position} is ${wide} pixels too wide`);
    const page = document.documentElement.scrollWidth - innerWidth;
    if (page > 0) wrong.push(`page at position ${position} is ${page} pixels too wide`);
  }
  return wrong;
}

/** Goes to each position and returns the elements that a name or a label has made, since it was not taken as text. */
function madeOfNames() {
  const made = [];
  for (let position = 0; position < 2 * n; position++) {
    slide(position);
    made.push(...all("b, i, img").map(e => e.outerHTML));
  }
  return [...new Set(made)];
}

/** Goes to each position and returns the indices and exponents of the headings. */
function raisedAndLowered() {
  const found = new Set();
  for (let position = 0; position < n; position++) {
    slide(position);
    all("#panel h2 sub, #panel h2 sup").forEach(e => found.add(e.tagName.toLowerCase() + " " + text(e)));
  }
  return [...found].sort();
}
