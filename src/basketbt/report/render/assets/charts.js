// The other charts, and what draws and redraws all of them.

// What a chart without a time axis says of its figures, on two lines where one would be cut.
function note(data) {
  let text = data.note;
  if (narrow() && text) {
    const breaks = [...text.matchAll(/[ :,、]/g)].map((found) => found.index + 1);
    const middle = breaks.sort((a, b) => Math.abs(a - text.length / 2) - Math.abs(b - text.length / 2))[0];
    if (middle) text = text.slice(0, middle) + "\n" + text.slice(middle);
  }
  return { text: plain(text).replace("\n", "<br>"), font: { size: narrow() ? 9 : 12, color: colour("--soft") } };
}

function bars(all, state) {
  const data = all.sets[state.choice];
  const layout = frame(all);
  const traces = [{
    type: "waterfall", orientation: "h", y: data.labels.map(plain), x: data.values, measure: data.measures,
    text: data.texts, textposition: "outside", cliponaxis: false, hovertemplate: "%{y}: %{text}<extra></extra>",
    increasing: { marker: { color: colour("--up") } }, decreasing: { marker: { color: colour("--down") } },
    totals: { marker: { color: colour("--soft") } }, connector: { line: { color: colour("--line") } },
  }];
  // Room for the labels beside the outermost bars, so that no sign is lost behind the axis.
  const reached = data.values.slice(0, -1).reduce((ends, value) => [...ends, ends[ends.length - 1] + value], [0]);
  const [low, high] = [Math.min(...reached), Math.max(...reached)];
  const air = (high - low || 0.01) * (narrow() ? 0.3 : 0.12);
  layout.xaxis = axis({ tickformat: ".1~%", title: note(all), range: [low - air, high + air] });
  layout.yaxis = axis({ autorange: "reversed", ticklabelstandoff: 6 });
  layout.margin.t = 16;
  layout.margin.b = 48;
  layout.margin.r = 56;
  return { traces, layout };
}

function histogram(all, state) {
  const data = all.sets[state.choice];
  const layout = frame(all);
  const traces = [{ type: "histogram", x: data.values, nbinsx: 40, marker: { color: colour("--hue-0"), opacity: 0.75 }, hovertemplate: "%{x}: %{y}<extra></extra>" }];
  const middle = (Math.min(...data.values) + Math.max(...data.values)) / 2;
  for (const mark of data.marks) {
    layout.shapes.push({ type: "line", xref: "x", yref: "paper", x0: mark.x, x1: mark.x, y0: 0, y1: 1, line: { color: colour("--up"), width: 2 } });
    layout.annotations.push({ text: plain(mark.label), xref: "x", yref: "paper", x: mark.x, y: 1, yanchor: "bottom", xanchor: mark.x > middle ? "right" : "left", showarrow: false, font: { size: 12, color: colour("--ink") } });
  }
  layout.xaxis = axis({ title: note(all) });
  layout.yaxis = axis({ title: { text: plain(all.counts), font: { size: 12, color: colour("--soft") } } });
  layout.bargap = 0.04;
  layout.margin.t = 24;
  layout.margin.b = 48;
  return { traces, layout };
}

const KINDS = { lines, bars, histogram, ranges, curve };

function choiceOf(plot) {
  const select = plot.parentNode.querySelector("[data-choice]");
  return select ? select.value : "";
}

function draw(plot) {
  const state = plot.state || (plot.state = { group: plot.dataset.group, log: false, range: null, choice: choiceOf(plot) });
  const data = DATA[plot.dataset.chart];
  if (data.kind === "ranges") plot.style.height = 90 + 26 * Math.max(...Object.values(data.sets).map((set) => set.length)) + "px";
  [state.width, state.height] = [plot.clientWidth, plot.clientHeight];
  const { traces, layout } = KINDS[data.kind](data, state);
  layout.width = state.width;
  layout.height = state.height;
  const first = !plot.on;
  Plotly.react(plot, traces, layout, CONFIG);
  if (first) listen(plot, state);
}

function listen(plot, state) {
  plot.on("plotly_relayout", (change) => {
    if (!state.group) return;
    if (change["xaxis.range[0]"]) state.range = [change["xaxis.range[0]"], change["xaxis.range[1]"]];
    else if (change["xaxis.autorange"] || change["xaxis.range"]) state.range = null;
    else return;
    draw(plot);
  });
  plot.on("plotly_hover", (event) => point(state.group, event.points[0].data.meta));
  plot.on("plotly_unhover", () => point(state.group, null));
}

// One line stands out in all charts of its group while it is pointed at; nothing is drawn again.
function point(group, id) {
  if (!group) return;
  for (const plot of PLOTS.filter((one) => one.dataset.group === group)) {
    for (const trace of plot.querySelectorAll(".scatterlayer .trace")) {
      const mine = trace.__data__ && trace.__data__[0].trace.meta;
      trace.style.opacity = id === null || mine === id ? "" : "0.15";
    }
  }
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
  for (const key of keys) {
    for (const kind of ["pointerenter", "focus"]) key.addEventListener(kind, () => point(group, key.dataset.line));
    for (const kind of ["pointerleave", "blur"]) key.addEventListener(kind, () => point(group, null));
  }
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
