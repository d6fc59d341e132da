// The page asks the core in its worker, and shows what that says. No address but its own is asked for anything.
import { byId, el, percent, usd } from "./elements.js";

const worker = new Worker("./worker.js", { type: "module" }), waiting = new Map();
let asked = 0;
worker.onmessage = ({ data: { id, answer } }) => { waiting.get(id)(answer); waiting.delete(id); };
worker.onerror = (event) => { byId("news").textContent = `The core did not start: ${event.message}`; };

// As text, for whoever compares answers byte for byte (the tests do).
export const answer = (question, document) => new Promise((done) => {
  waiting.set(++asked, done);
  worker.postMessage({ id: asked, asked: question, document });
});
globalThis.answer = answer;

async function ask(question, document) {
  const found = JSON.parse(await answer(question, JSON.stringify(document)));
  byId("news").textContent = found.problems ? found.problems.join("; ") : "";
  return found.problems ? null : found;
}

// Of what changes quickly, only the last is asked: what is under way ends first.
function latest(work) {
  let busy = false, again = false;
  return async () => {
    if (busy) { again = true; return; }
    busy = true;
    do { again = false; await work(); } while (again);
    busy = false;
  };
}

const row = (head, ...cells) => el("tr", {}, el("th", { scope: "row" }, head), ...cells.map((each) => el("td", {}, each)));
const exact = (nano) => "$" + (nano / 1e9).toFixed(9).replace(/0+$/, "").replace(/\.$/, "");

// --- a prompt ---

const prices = {}, without = new Set();
let list = [];

const budget = () => (10 ** (byId("budget").value / 10)).toPrecision(2);
const setting = () => ({ prompt: byId("prompt").value, strategy: byId("strategy").value, budget_usd: Number(budget()).toFixed(9),
  prices, without: [...without] });

function drawPrices() {
  const wanted = byId("find").value.trim().toLowerCase();
  const shown = list.filter((model) => model.id.includes(wanted)).slice(0, 60);
  byId("prices").tBodies[0].replaceChildren(...shown.map((model) => {
    const there = el("input", { type: "checkbox", "aria-label": `${model.id} is there` });
    there.checked = !without.has(model.id);
    there.onchange = () => { there.checked ? without.delete(model.id) : without.add(model.id); decideAgain(); };
    const fields = ["input", "output"].map((what, place) => {
      const field = el("input", { inputmode: "decimal", "aria-label": `${what} of ${model.id}`, value: (prices[model.id] ?? model.usd)[place] });
      field.onchange = () => {
        prices[model.id] = fields.map((each) => each.value.trim() || "0");
        if (String(prices[model.id]) === String(model.usd)) delete prices[model.id];
        decideAgain();
      };
      return field;
    });
    return el("tr", {}, el("td", {}, there), el("td", { class: "model" }, model.id), el("td", {}, model.tier),
      ...fields.map((field) => el("td", {}, field)));
  }));
}

function drawDecision(found) {
  const scenario = found.scenario, kinds = scenario.capabilities.join(", ") || "anything";
  byId("why").textContent = found.refusal ? `Refused: ${found.refusal.message}`
    : `${found.strategy}, for ${kinds} of difficulty ${scenario.difficulty.toFixed(2)}` + (found.passed_over ? `; ${found.passed_over}` : "");
  const figures = found.model === null ? [["Available", exact(found.budget_nano)]] : [
    ["Model", found.model], ["Tier", found.tier], ["At most", exact(found.worst_cost_nano)],
    ["About", exact(found.expected_cost_nano ?? 0)], ["Answer's cap", `${found.max_output_tokens} tokens`],
    ["After a bad answer", found.ladder[0] ?? "nobody above"]];
  byId("figures").replaceChildren(...figures.map(([name, value]) =>
    el("div", {}, el("dt", {}, name), el("dd", { class: value.includes("/") ? "model" : "" }, value))));
  byId("losers-said").textContent = `Not chosen: ${found.rejected.length} models, each with its reason`;
  byId("losers").tBodies[0].replaceChildren(...found.rejected.map((each) => row(each.model, each.reason)));
}

function drawPlan(found) {
  byId("plan-said").textContent = found.refusal ? `No plan: ${found.refusal}`
    : `${exact(found.worst_nano)} at most, about ${exact(found.expected_nano)}; the cheapest plan would be ${exact(found.smallest_nano)}` +
      (found.optimality_gap_nano ? `; another could be worth ${exact(found.optimality_gap_nano)} more` : "; proven best");
  byId("carry").disabled = Boolean(found.refusal);
  byId("plan").tBodies[0].replaceChildren(...found.steps.map((step) => {
    const model = step.model ? [step.model, step.instead_of ? el("span", { class: "faint" }, ` instead of ${step.instead_of}`) : ""] : ["–"];
    return el("tr", {}, el("th", { scope: "row", title: step.what }, step.id), el("td", {}, step.after.join(", ") || "–"),
      el("td", { class: "model" }, ...model), ...[step.worst_nano, step.expected_nano].map((nano) =>
        el("td", { class: "money" }, nano === undefined ? "–" : usd(nano))),
      el("td", { class: "money" }, step.points === undefined ? "–" : step.points.toFixed(1)));
  }));
  drawFrontier(found);
}

function drawFrontier(found) {
  const points = found.frontier;
  if (points.length === 0) { byId("frontier").replaceChildren(el("p", {}, "Nothing.")); return; }
  const costs = points.map((each) => Math.log(Math.max(1, each.expected_nano))), marks = points.map((each) => each.points);
  const scale = (values, low, high) => {
    const least = Math.min(...values), most = Math.max(...values);
    return (value) => (most === least ? (low + high) / 2 : low + ((high - low) * (value - least)) / (most - least));
  };
  const x = scale(costs, 60, 660), y = scale(marks, 180, 24);
  const at = points.map((each, place) => [x(costs[place]), y(marks[place])]);
  const words = points.map((each) => `a budget of ${exact(each.budget_nano)} buys ${each.points} points for about ${exact(each.expected_nano)}`).join("; ");
  const here = points.findLastIndex((each) => each.budget_nano <= Number(budget()) * 1e9);
  const text = (fields, said) => el("text", { svg: true, ...fields }, said);
  byId("frontier").replaceChildren(el("svg", { viewBox: "0 0 720 220", role: "img", "aria-label": words },
    el("line", { svg: true, x1: 50, y1: 190, x2: 690, y2: 190 }),
    el("path", { svg: true, d: "M" + at.map((each) => each.join(" ")).join(" L") }),
    ...at.map(([cx, cy], place) => el("circle", { svg: true, cx, cy, r: 5, class: place === here ? "here" : "" },
      el("title", { svg: true }, `${exact(points[place].budget_nano)}: ${points[place].models.join(", ")}`))),
    text({ x: 8, y: at.at(-1)[1] + 4 }, Math.max(...marks).toFixed(1)), text({ x: 8, y: at[0][1] + 4 }, Math.min(...marks).toFixed(1)),
    text({ x: 60, y: 208, "text-anchor": "start" }, `about ${usd(points[0].expected_nano)}`),
    text({ x: 660, y: 208, "text-anchor": "end" }, `about ${usd(points.at(-1).expected_nano)}`)),
  el("p", { class: "faint" }, `Points (good answers of a hundred, as routing assumes) against the cost that is expected; filled: this budget. ` +
    `It takes ${exact(points.at(-1).budget_nano)} for all that ${byId("strategy").value} wants.`));
}

const decideAgain = latest(async () => {
  byId("budget-said").textContent = exact(Number(budget()) * 1e9);
  const count = Object.keys(prices).length + without.size;
  byId("changed-said").textContent = count ? `${count} changed` : "";
  const decision = await ask("decide", setting());
  if (!decision) return;
  drawDecision(decision);
  const plan = await ask("plan", setting());
  if (plan) drawPlan(plan);
});

// --- a journal ---

let told = null;

function change() {
  const changed = { prices: {} };
  for (const field of byId("what-if").querySelectorAll("[data-was]")) {
    if (field.value.trim() === field.dataset.was) continue;
    if (field.dataset.model) {
      const pair = [...field.parentElement.querySelectorAll("input")];
      changed.prices[field.dataset.model] = pair.map((each) => each.value.trim() || "0");
    } else changed[field.id === "other-limit" ? "limit_usd" : "strategy"] = field.value.trim();
  }
  if (Object.keys(changed.prices).length === 0) delete changed.prices;
  return changed;
}

async function travel(changed = {}) {
  const found = await ask("story", { journal: byId("journal").value, change: changed });
  byId("travel").hidden = !found;
  if (!found) return;
  const other = !told || told.run !== found.run || Object.keys(changed).length === 0;
  told = found;
  if (other) drawWhatIf();
  const longest = Math.max(told.original.moments.length, told.changed?.moments?.length ?? 0);
  byId("moment").max = longest - 1;
  if (told.changed?.departs) byId("moment").value = told.changed.departs;
  drawSums();
  drawMoment();
}

function drawWhatIf() {
  const strategy = el("select", { id: "other-strategy", "data-was": told.strategy },
    ...[...byId("strategy").options].map((each) => el("option", {}, each.value)));
  strategy.value = told.strategy;
  const limit = exact(told.limit_nano).slice(1);
  byId("what-if").replaceChildren(
    el("div", {}, el("label", { for: "other-limit" }, "Limit, $"), el("input", { id: "other-limit", inputmode: "decimal", value: limit, "data-was": limit })),
    el("div", {}, el("label", { for: "other-strategy" }, "Strategy"), strategy),
    ...told.models.map((model) => el("div", { role: "group", "aria-label": `Price of ${model.id}` },
      el("label", { for: `in-${model.id}` }, `${model.id}: $ per million in, out`),
      el("div", { class: "pair" }, ...["in", "out"].map((what, place) => el("input", { id: `${what}-${model.id}`, inputmode: "decimal",
        "aria-label": `${model.id}, $ per million ${what}`, value: model.usd[place], "data-was": model.usd[place], "data-model": model.id }))))));
}

function drawSums() {
  const { original, changed } = told;
  const models = (side) => [...new Set(side.moments.at(-1).steps.map((step) => step.model))].filter(Boolean).join(", ") || "nobody";
  const sides = changed && !changed.refusal ? [original, changed] : [original];
  const rows = [
    row("Run", ...sides.map(() => told.run)),
    row("Status", ...sides.map((side) => side.status ?? "not ended")),
    row("Spent", ...sides.map((side) => exact(side.spent_nano))),
    row("Asked last", ...sides.map(models)),
    row("Events", ...sides.map((side) => side.moments.length - 1)),
  ];
  if (sides.length > 1 && changed.same_tokens_nano !== null) rows.push(row("The recorded tokens, as priced", exact(original.spent_nano), exact(changed.same_tokens_nano)));
  byId("sums").tBodies[0].replaceChildren(
    el("tr", {}, el("td", {}), ...["As recorded", "As changed"].slice(0, sides.length).map((name) => el("th", { scope: "col" }, name))), ...rows);
  byId("departs").textContent = !changed ? "" : changed.refusal ? `As changed it would have been refused: ${changed.refusal}`
    : changed.departs === null ? "Every recorded event answers the changed run too: only amounts differ."
    : `${changed.departs > 1 ? `The record holds up to event ${changed.departs - 1}. From there on` : "From the first event on"} answers are assumed: who was asked answers as recorded, another says the same in as many tokens.`;
}

function drawMoment() {
  const at = Number(byId("moment").value), { original, changed } = told;
  const sides = [["As recorded", original, told.limit_nano, null]];
  if (changed && !changed.refusal) sides.push(["As changed", changed, changed.limit_nano, changed.departs]);
  byId("moment-said").textContent = `event ${at} of ${byId("moment").max}`;
  byId("back").disabled = at === 0;
  byId("on").disabled = at === Number(byId("moment").max);
  byId("sides").replaceChildren(...sides.map(([name, side, limit, departs]) => {
    const moment = side.moments[at], assumed = departs !== null && at >= departs;
    const title = el("h3", {}, name, assumed ? el("span", { class: "assumed" }, ", assumed") : "");
    if (!moment) return el("section", {}, title, el("p", {}, "It has ended before."));
    const words = `${exact(moment.spent_nano)} spent, ${exact(moment.held_nano)} held, ${exact(moment.left_nano)} left`;
    const bar = el("div", { class: "bar", role: "img", "aria-label": words }, el("span", { class: "spent" }), el("span", { class: "held" }));
    bar.children[0].style.width = percent(moment.spent_nano, limit) + "%";
    bar.children[1].style.width = percent(moment.held_nano, limit) + "%";
    const others = sides.filter((each) => each[1] !== side).map((each) => each[1].moments[at]?.commands ?? []);
    const item = (text) => el("li", { class: others.every((commands) => commands.includes(text)) ? "" : "other" }, `→ ${text}`);
    return el("section", {}, title, el("p", {}, el("strong", {}, `${moment.after_ms} ms`), ` ${moment.event}`),
      el("ol", {}, ...moment.commands.map(item)), bar, el("p", { class: "faint" }, words),
      el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": `Steps, ${name.toLowerCase()}` }, el("table", {}, el("tbody", {}, ...moment.steps.map((step) => row(step.id, step.state, step.model || "–", step.spent_nano ? usd(step.spent_nano) : ""))))));
  }));
}

const move = (by) => () => { byId("moment").value = Number(byId("moment").value) + by; drawMoment(); };

// --- the beginning ---

async function begin() {
  const found = await ask("models", {});
  if (!found) return;
  list = found.models;
  byId("strategy").replaceChildren(...found.strategies.map((name) => el("option", {}, name)));
  byId("strategy").value = "balanced";
  drawPrices();
  byId("ask").onsubmit = (event) => event.preventDefault();
  byId("ask").oninput = decideAgain;
  byId("find").oninput = drawPrices;
  byId("restore").onclick = () => { for (const name of Object.keys(prices)) delete prices[name]; without.clear(); drawPrices(); decideAgain(); };
  byId("carry").onclick = async () => {
    const sampled = await ask("sample", { ...setting(), seed: Math.floor(Math.random() * 1000) });
    if (!sampled) return;
    byId("journal").value = sampled.journal;
    await travel();
    byId("time-title").scrollIntoView();
  };
  byId("journal").onchange = () => { if (byId("journal").value.trim()) travel(); };
  byId("files").onchange = async () => {
    const texts = await Promise.all([...byId("files").files].map((file) => file.text()));
    byId("journal").value = texts.join("\n");
    await travel();
  };
  byId("change").onsubmit = (event) => { event.preventDefault(); travel(change()); };
  byId("unchange").onclick = () => travel();
  byId("moment").oninput = drawMoment;
  byId("back").onclick = move(-1);
  byId("on").onclick = move(1);
  await decideAgain();
  document.body.dataset.ready = "yes";
}
begin();
