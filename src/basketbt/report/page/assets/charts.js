// Charts: the page gives neutral data, this draws it with Plotly in the colours of the theme.

const DATA = JSON.parse(document.getElementById("data").textContent);
const PLOTS = [...document.querySelectorAll("[data-chart]")];
const HIDDEN = {}; // group → set of hidden lines
const CONFIG = { displayModeBar: false, responsive: false, doubleClick: "reset", showTips: false };

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Plotly reads a few tags in labels; names from files must stay text.
function plain(text) {
  return String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function narrow() {
  return window.innerWidth < 640;
}

function axis(extra) {
  return {
    gridcolor: colour("--line"), linecolor: colour("--soft"), zerolinecolor: colour("--soft"),
    tickfont: { color: colour("--ink"), size: narrow() ? 11 : 12 }, automargin: true, ...extra,
  };
}

function frame(data) {
  const notes = [];
  if (data.demo) {
    notes.push({
      text: plain(data.demo), xref: "paper", yref: "paper", x: 0.5, y: 0.5, showarrow: false,
      textangle: narrow() ? -40 : -18, opacity: 0.28, font: { size: narrow() ? 15 : 24, color: colour("--demo") },
    });
  }
  return {
    paper_bgcolor: colour("--ground"), plot_bgcolor: colour("--ground"),
    font: { family: getComputedStyle(document.body).fontFamily, color: colour("--ink") },
    margin: { l: 48, r: 12, t: 64, b: 40 }, showlegend: false, annotations: notes, shapes: [],
    hovermode: "closest", hoverlabel: { namelength: -1, align: "left" },
    dragmode: window.matchMedia("(pointer: coarse)").matches ? false : "zoom",
  };
}

// Pixels that a label of size 11 takes: a Chinese character is as wide as it is high.
function lengthOf(text) {
  return [...text].reduce((sum, sign) => sum + (sign > "\u2e7f" ? 11 : 6.3), 0);
}

function backdrop(data, layout, range, width) {
  for (const shade of data.shades) {
    layout.shapes.push({
      type: "rect", xref: "x", yref: "paper", x0: shade.from, x1: shade.to, y0: 0, y1: 1, layer: "below",
      line: { width: 0 }, fillcolor: colour("--shade-" + shade.kind), opacity: shade.kind === "closed" ? 0.3 : 0.13,
    });
    if (shade.kind === "hindsight") {
      layout.annotations.push({
        text: plain(shade.label), xref: "x", yref: "paper", x: shade.from, y: 0, xanchor: "left", yanchor: "bottom",
        showarrow: false, font: { size: 11, color: colour("--soft") }, bgcolor: colour("--ground"), opacity: 0.9,
      });
    } else {
      const middle = new Date((Date.parse(shade.from) + Date.parse(shade.to)) / 2).toISOString().slice(0, 10);
      layout.annotations.push({
        text: plain(shade.label), xref: "x", yref: "paper", x: middle, y: 0.06, yanchor: "bottom", textangle: -90,
        showarrow: false, font: { size: 11, color: colour("--soft") },
      });
    }
  }
  // Labels of marks that would touch each other stand on different rungs above the plot.
  const [begin, end] = [Date.parse(range[0]), Date.parse(range[1])];
  const ends = [];
  for (const mark of [...data.marks].sort((a, b) => (a.x < b.x ? -1 : 1))) {
    const at = ((Date.parse(mark.x) - begin) / (end - begin)) * width;
    if (at < 0 || at > width) continue;
    layout.shapes.push({
      type: "line", xref: "x", yref: "paper", x0: mark.x, x1: mark.x, y0: 0, y1: 1,
      line: { color: colour("--ink"), width: mark.kind === "neighbour" ? 1 : 1.5, dash: mark.kind === "event" ? "solid" : mark.kind === "reader" ? "dash" : "dot" },
    });
    const long = lengthOf(mark.label);
    const left = at + long > width ? Math.max(at - long, 0) : at;
    let rung = ends.findIndex((last) => left > last + 4);
    if (rung < 0) rung = ends.length;
    ends[rung] = left + long;
    layout.annotations.push({
      text: plain(mark.label), xref: "x", yref: "paper", x: mark.x, y: 1, yanchor: "bottom",
      xanchor: left < at ? "right" : "left", yshift: 1 + 14 * rung, showarrow: false, font: { size: 11, color: colour("--ink") },
    });
  }
  layout.margin.t = 10 + 14 * Math.max(ends.length, 1);
}

const NUMBER = { level: ".1f", decimal: "+.1%" };

function lines(data, state) {
  const day = document.body.dataset.day;
  const hidden = HIDDEN[state.group] || new Set();
  const traces = [];
  for (const line of data.series) {
    if (state.choice && state.choice !== (line.choice || line.id)) continue;
    if (state.choice && line.low) traces.push(...band(data, line));
    traces.push({
      type: "scatter", mode: "lines", x: data.x, y: line.y, name: plain(line.label), meta: line.id,
      customdata: data.days.map((d) => (d > 0 ? "+" + d : String(d))), visible: state.choice === line.id || !hidden.has(line.id),
      line: {
        color: line.hue < 0 ? colour("--ink") : colour("--hue-" + line.hue), dash: DASHES[line.dash],
        width: line.hue < 0 ? 3 : 1.8,
      },
      hovertemplate: "%{y:" + NUMBER[data.unit] + "} · %{x|%Y-%m-%d} · " + plain(day) + " %{customdata}<extra>%{fullData.name}</extra>",
    });
  }
  const layout = frame(data);
  layout.xaxis = axis({ type: "date", range: state.range || [data.x[0], data.x[data.x.length - 1]], tickformat: "%m-%d", hoverformat: "%Y-%m-%d", nticks: narrow() ? 5 : 12 });
  layout.yaxis = axis({ type: state.log ? "log" : "linear", tickformat: data.unit === "level" ? "" : ".1~%", nticks: 8 });
  if (state.log) layout.yaxis.dtick = "D2";
  backdrop(data, layout, layout.xaxis.range, state.width - layout.margin.l - layout.margin.r);
  return { traces, layout };
}

function band(data, line) {
  const common = {
    type: "scatter", mode: "lines", x: data.x, meta: line.id, line: { width: 0 }, hoverinfo: "skip",
  };
  return [
    { ...common, y: line.low },
    { ...common, y: line.high, fill: "tonexty", fillcolor: colour("--hue-" + line.hue) + "22" },
  ];
}

function note(data) {
  return { text: plain(data.note), font: { size: narrow() ? 9 : 12, color: colour("--soft") } };
}

function bars(all, state) {
  const data = all.sets[state.choice];
  const layout = frame(all);
  const traces = [{
    type: "waterfall", orientation: "h", y: data.labels.map(plain), x: data.values, measure: data.measures,
    text: data.texts, textposition: "auto", hovertemplate: "%{y}: %{text}<extra></extra>",
    increasing: { marker: { color: colour("--up") } }, decreasing: { marker: { color: colour("--down") } },
    totals: { marker: { color: colour("--soft") } }, connector: { line: { color: colour("--line") } },
  }];
  layout.xaxis = axis({ tickformat: "+.1~%", title: note(all) });
  layout.yaxis = axis({ autorange: "reversed" });
  layout.margin.t = 16;
  return { traces, layout };
}

function histogram(all, state) {
  const data = all.sets[state.choice];
  const layout = frame(all);
  const traces = [{ type: "histogram", x: data.values, nbinsx: 40, marker: { color: colour("--hue-0"), opacity: 0.75 }, hovertemplate: "%{x}: %{y}<extra></extra>" }];
  for (const mark of data.marks) {
    layout.shapes.push({ type: "line", xref: "x", yref: "paper", x0: mark.x, x1: mark.x, y0: 0, y1: 1, line: { color: colour("--up"), width: 2 } });
    layout.annotations.push({ text: plain(mark.label), xref: "x", yref: "paper", x: mark.x, y: 1, yanchor: "bottom", showarrow: false, font: { size: 12, color: colour("--ink") } });
  }
  layout.xaxis = axis({ title: note(all) });
  layout.yaxis = axis({});
  layout.margin.t = 24;
  return { traces, layout };
}

const KINDS = { lines, bars, histogram };

function choiceOf(plot) {
  const select = plot.parentNode.querySelector("[data-choice]");
  return select ? select.value : "";
}

function draw(plot) {
  const state = plot.state || (plot.state = { group: plot.dataset.group, log: false, range: null, choice: choiceOf(plot) });
  const data = DATA[plot.dataset.chart];
  state.width = plot.clientWidth;
  const { traces, layout } = KINDS[data.kind](data, state);
  layout.width = state.width;
  layout.height = plot.clientHeight;
  Plotly.react(plot, traces, layout, CONFIG);
}

function drawAll() {
  PLOTS.forEach(draw);
}

function press(button, on) {
  button.setAttribute("aria-pressed", String(on));
}

for (const legend of document.querySelectorAll("[data-legend]")) {
  const group = legend.dataset.legend;
  const hidden = (HIDDEN[group] = new Set());
  const keys = [...legend.querySelectorAll("[data-line]")];
  const show = (key, on) => {
    press(key, on);
    if (on) hidden.delete(key.dataset.line);
    else hidden.add(key.dataset.line);
  };
  legend.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.all) keys.forEach((key) => show(key, button.dataset.all === "true"));
    else show(button, button.getAttribute("aria-pressed") !== "true");
    PLOTS.filter((plot) => plot.dataset.group === group).forEach(draw);
  });
}

for (const select of document.querySelectorAll("[data-choice]")) {
  const plot = select.closest("figure").querySelector("[data-chart]");
  select.addEventListener("change", () => {
    plot.state.choice = select.value;
    draw(plot);
  });
}

for (const tools of document.querySelectorAll(".tools")) {
  const plot = tools.parentNode.querySelector("[data-chart]");
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.log !== undefined) {
      plot.state.log = !plot.state.log;
      press(button, plot.state.log);
    } else {
      plot.state.range = [button.dataset.from, button.dataset.to];
      tools.querySelectorAll("[data-from]").forEach((other) => press(other, other === button));
    }
    draw(plot);
  });
}
