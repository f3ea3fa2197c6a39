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
  return {
    paper_bgcolor: colour("--ground"), plot_bgcolor: colour("--ground"),
    font: { family: getComputedStyle(document.body).fontFamily, color: colour("--ink") },
    margin: { l: 44, r: 12, t: 64, b: 30 }, showlegend: false, annotations: notes, shapes: [],
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
    const left = Math.max(Math.min(at, width - long), 0);
    let rung = ends.findIndex((last) => left > last + 4);
    if (rung < 0) rung = ends.length;
    ends[rung] = left + long;
    layout.annotations.push({
      text: plain(mark.label), xref: "paper", yref: "paper", x: left / width, y: 1, yanchor: "bottom",
      xanchor: "left", yshift: 1 + 14 * rung, showarrow: false, font: { size: 11, color: colour("--ink") },
    });
  }
  layout.margin.t = 10 + 14 * Math.max(ends.length, 1);
}
