// The page asks for what it shows once a second while it is looked at. Everything from outside is set as text.

import { byId, el, keyed, percent, usd } from "./elements.js";

const KEY = "tokenwise-key";
const small = (nano) => (nano === 0 ? "" : usd(nano));
const running = (run) => run.status === "open" && run.held_nano > 0;
const clock = (at) => new Date(at).toLocaleTimeString();

async function ask(path, options = {}) {
  const key = sessionStorage.getItem(KEY), headers = { ...options.headers };
  if (key) headers.authorization = `Bearer ${key}`;
  return fetch(path, { ...options, headers, cache: "no-store" });
}

function drawFigures(state) {
  const today = state.now.slice(0, 10), held = state.runs.reduce((sum, run) => sum + run.held_nano, 0);
  const figures = [
    ["Spent today (UTC)", usd(state.sums.days[today] ?? 0)],
    ["Held for calls now", usd(held)],
    ["Running", state.runs.filter(running).length],
    ["Spent in all that is shown", usd(Object.values(state.sums.days).reduce((sum, nano) => sum + nano, 0))],
  ];
  keyed(byId("figures"), figures, ([name]) => name, ([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)));
}

function drawLimits(limits, owner) {
  byId("no-limits").hidden = limits.length > 0;
  keyed(byId("limits"), limits, (one) => one.scope, (one) => {
    const words = `${usd(one.spent_nano)} spent, ${usd(one.held_nano)} held, ${usd(one.left_nano)} left of ${usd(one.limit_nano)}`;
    const renewed = one.expires_at ? `until ${new Date(one.expires_at).toLocaleString()}` : one.renewed_at ? `renewed ${new Date(one.renewed_at).toLocaleString()}` : "never renewed";
    const waiting = one.waiting ? `, ${one.waiting} waiting` : "";
    const bar = el("div", { class: "bar", role: "img", "aria-label": words },
      el("span", { class: "spent" }), el("span", { class: "held" }));
    bar.children[0].style.width = percent(one.spent_nano, one.limit_nano) + "%";
    bar.children[1].style.width = Math.min(percent(one.held_nano, one.limit_nano),
      100 - percent(one.spent_nano, one.limit_nano)) + "%";
    return el("li", {},
      el("div", {}, el("strong", {}, one.scope), el("div", { class: "faint" }, renewed + waiting)),
      el("div", {}, bar, el("div", { class: "faint" }, words)),
      owner && !one.scope.startsWith("voucher:") ? raiseForm(one) : "");
  });
}

function raiseForm(one) {
  const amount = el("input", { inputmode: "decimal", required: "", "aria-label": `New amount in US dollars for ${one.scope}`,
    value: String((2 * one.limit_nano) / 1e9) });
  return el("form", { class: "raise", onsubmit: (event) => { event.preventDefault(); raise(one.scope, amount.value); } },
    amount, el("button", { "aria-label": `Raise ${one.scope}` }, "Raise"));
}

async function raise(scope, to) {
  document.activeElement?.blur();
  const body = JSON.stringify({ scope, budget: to });
  const got = await ask("/v1/limits/raise", { method: "POST", body, headers: { "content-type": "application/json" } });
  const said = await got.json();
  byId("news").textContent = got.ok ? `${scope} was raised` : said.error?.message ?? `status ${got.status}`;
  await refresh();
}

function drawRuns(runs) {
  byId("no-requests").hidden = runs.length > 0;
  keyed(byId("requests").tBodies[0], runs.slice(0, 50), (run) => run.run, (run) => {
    const models = [...new Set(run.calls.map((call) => call.model))];
    const whose = [run.key, ...Object.entries(run.marks).map(([name, value]) => `${name}:${value}`)].filter(Boolean);
    const why = run.decided
      ? el("button", { onclick: () => showWhy(run.run), "aria-label": `Why ${models.join(", ")}` }, "Why") : "";
    const kind = run.status === "open" ? "open" : run.status === "completed" ? "completed" : "failed";
    return el("tr", {}, el("td", {}, clock(run.at)), el("td", { class: "model" }, models.join(", ") || "–"),
      el("td", {}, whose.join(" ") || "–"), el("td", { class: kind }, running(run) ? "running" : run.status),
      el("td", { class: "money" }, small(run.held_nano)), el("td", { class: "money" }, small(run.spent_nano)),
      el("td", {}, why));
  });
}

async function showWhy(run) {
  const got = await ask(`/page/decisions/${encodeURIComponent(run)}`), body = byId("why-body");
  if (!got.ok) { body.replaceChildren(el("p", {}, (await got.json()).error.message)); byId("why").showModal(); return; }
  const found = await got.json(), scenario = found.scenario;
  const facts = [
    ["Model", `${found.model ?? "none"} at ${found.provider ?? "nobody"} (${found.tier ?? "no tier"})`],
    ["Strategy", found.strategy],
    ["What is asked", `${scenario.capabilities.join(", ") || "anything"}, ${scenario.complexity}, difficulty ${scenario.difficulty.toFixed(2)}`],
    ["At most", found.worst_cost_nano === null ? "–" : small(found.worst_cost_nano) || "$0"],
    ["Expected", found.expected_cost_nano === null ? "–" : small(found.expected_cost_nano) || "$0"],
    ["After a fault", found.equals.join(", ") || "nobody else"],
    ["After a bad answer", found.ladder.join(", ") || "nobody above"],
  ];
  for (const [name, value] of [["Prompt cache", found.warmth], ["Passed over", found.passed_over], ["Refused", found.refusal?.message]]) {
    if (value) facts.push([name, value]);
  }
  const losers = el("table", {}, el("caption", {}, "Not chosen"), el("tbody", {},
    ...found.rejected.map((each) => el("tr", {}, el("th", { scope: "row", class: "model" }, each.model), el("td", {}, each.reason)))));
  body.replaceChildren(el("table", {}, el("tbody", {}, ...facts.map(([name, value]) =>
    el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value))))), losers);
  byId("why").showModal();
  byId("why-title").focus();
  byId("why").scrollTop = 0;
}

function drawSums(state) {
  byId("since").textContent = state.since ? `Since ${new Date(state.since).toLocaleString()}, by the ledger.` : "Nothing yet.";
  const days = Object.entries(state.sums.days).slice(-60), top = Math.max(1, ...days.map(([, nano]) => nano));
  const words = days.map(([day, nano]) => `${day} ${usd(nano)}`).join(", ");
  keyed(byId("days"), days.length ? [days] : [], () => "days", () => {
    const chart = el("svg", { viewBox: `0 0 ${Math.max(days.length, 14) * 20} 100`, preserveAspectRatio: "none", role: "img", "aria-label": `By day: ${words}` });
    days.forEach(([day, nano], index) => {
      const height = Math.max(1, (96 * nano) / top);
      chart.append(el("rect", { svg: true, x: index * 20 + 2, y: 100 - height, width: 16, height }, el("title", { svg: true }, `${day} ${usd(nano)}`)));
    });
    const last = days.at(-1);
    return el("div", {}, chart, el("p", { class: "faint" }, `${days[0][0]} to ${last[0]}; the most in a day ${usd(top)}`));
  });
  const groups = [["By model", state.sums.models], ["By key", state.sums.keys], ["By session or user", state.sums.marks]]
    .filter(([, sums]) => Object.keys(sums).some(Boolean));
  keyed(byId("sums"), groups, ([name]) => name, ([name, sums]) => el("table", {}, el("caption", {}, name), el("tbody", {},
    ...Object.entries(sums).slice(0, 12).map(([each, nano]) =>
      el("tr", {}, el("th", { scope: "row", class: "model" }, each || "without a key"), el("td", { class: "money" }, usd(nano)))))));
}

function drawCooling(cooling) {
  byId("cooling-part").hidden = cooling.length === 0;
  keyed(byId("cooling"), cooling, (one) => `${one.provider} ${one.model}`, (one) =>
    el("li", {}, el("span", { class: "model" }, `${one.provider}: ${one.model === "*" ? "all models" : one.model}`), ` until ${clock(one.until)}`));
}

// A step stands one column behind the last of those it waits for.
function drawPlans(plans) {
  byId("plans-part").hidden = plans.length === 0;
  keyed(byId("plans"), plans, (plan) => plan.run, (plan) => {
    const column = new Map(), rows = [], place = new Map();
    for (const step of plan.steps) column.set(step.id, 1 + Math.max(-1, ...step.after.map((id) => column.get(id) ?? -1)));
    for (const step of plan.steps) {
      const at = column.get(step.id);
      rows[at] = (rows[at] ?? 0) + 1;
      place.set(step.id, [at * 230, (rows[at] - 1) * 62]);
    }
    const width = rows.length * 230 - 20, height = Math.max(...rows) * 62;
    const chart = el("svg", { viewBox: `0 0 ${width} ${height}`, width, role: "img",
      "aria-label": plan.steps.map((step) => `${step.id}: ${step.state}, ${step.model}`).join("; ") });
    for (const step of plan.steps) {
      const [x, y] = place.get(step.id);
      for (const id of step.after.filter((id) => place.has(id))) {
        const [from, level] = place.get(id);
        chart.append(el("path", { svg: true, d: `M${from + 210} ${level + 26} C${x - 5} ${level + 26} ${from + 215} ${y + 26} ${x} ${y + 26}` }));
      }
      const kind = step.state === "running" ? "open" : step.state === "ok" ? "completed" : step.state === "waiting" ? "" : "failed";
      chart.append(el("g", { svg: true, class: kind }, el("rect", { svg: true, x, y, width: 210, height: 52, rx: 8 }),
        el("text", { svg: true, x: x + 10, y: y + 21 }, step.id.slice(0, 26)),
        el("text", { svg: true, x: x + 10, y: y + 40, class: "faint" },
          `${step.state} ${small(step.spent_nano || step.held_nano)} ${step.model.split("/").at(-1)}`.slice(0, 28))));
    }
    return el("div", {}, el("h3", {}, plan.task.slice(0, 200)),
      el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": `The plan of ${plan.run}` }, chart));
  });
}

async function refresh() {
  const [got, limits] = await Promise.all([ask("/page/state"), ask("/v1/limits")]);
  const shut = got.status === 401;
  byId("door").hidden = !shut;
  byId("house").hidden = !got.ok;
  if (shut) { byId("news").textContent = sessionStorage.getItem(KEY) ? "This key is not let in." : ""; return; }
  if (!got.ok) { byId("news").textContent = (await got.json()).error?.message ?? `status ${got.status}`; return; }
  const state = await got.json();
  drawFigures(state);
  drawLimits(limits.ok ? (await limits.json()).data : [], state.owner);
  drawRuns(state.runs);
  drawPlans(state.plans);
  drawSums(state);
  drawCooling(state.cooling);
  const count = state.runs.filter(running).length;
  const news = count ? `${count} running` : "nothing is running";
  if (byId("news").textContent !== news) byId("news").textContent = news;
}

byId("door").onsubmit = (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, byId("key").value.trim());
  byId("key").value = "";
  refresh();
};

async function watch() {
  for (;;) {
    if (!document.hidden) {
      try { await refresh(); } catch { byId("news").textContent = "The proxy does not answer."; }
    }
    await new Promise((done) => setTimeout(done, 1000));
  }
}
watch();
