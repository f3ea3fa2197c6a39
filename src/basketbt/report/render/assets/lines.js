// Lines over time: traces, the range they need, names at their ends.

const NUMBER = { level: ".1f", decimal: "+.1%" };

function shown(data, state) {
  const hidden = HIDDEN[state.group] || new Set();
  const chosen = (line) => !state.choice || state.choice === (line.choice || line.id);
  return data.series.filter((line) => chosen(line) && (state.choice === line.id || !hidden.has(line.id)));
}

function lines(data, state) {
  const day = document.body.dataset.day;
  const seen = shown(data, state);
  const traces = [];
  for (const line of data.series) {
    if (state.choice && !seen.includes(line)) continue;
    if ((state.choice || data.banded) && line.low) traces.push(...band(data, line));
    traces.push({
      type: "scatter", mode: "lines", x: data.x, y: line.y, name: plain(line.label), meta: line.id,
      customdata: data.days.map((d) => (d > 0 ? "+" + d : String(d))), visible: seen.includes(line),
      line: {
        color: line.hue < 0 ? colour("--ink") : colour("--hue-" + line.hue), dash: DASHES[line.dash],
        width: line.hue < 0 ? 3 : 1.8,
      },
      hovertemplate: "%{y:" + NUMBER[data.unit] + "} · %{x|%Y-%m-%d} · " + plain(day) + " %{customdata}<extra>%{fullData.name}</extra>",
    });
  }
  const layout = frame(data);
  const range = state.range || [data.x[0], data.x[data.x.length - 1]];
  const heights = reach(data, state, seen, range);
  layout.xaxis = axis({ type: "date", range, hoverformat: "%Y-%m-%d", tickmode: "array", ...ticks(data.x, range, state.width) });
  layout.yaxis = axis({
    type: state.log ? "log" : "linear", range: heights, fixedrange: true, nticks: 8,
    tickformat: data.unit === "level" ? "" : ".1~%",
  });
  if (state.log) layout.yaxis.dtick = "D2";
  const labelled = state.width >= 620 && seen.length <= 24;
  if (labelled) layout.margin.r = Math.min(180, 26 + Math.max(0, ...seen.map((line) => lengthOf(short(line.label)))));
  backdrop(data, layout, range, state.width - layout.margin.l - layout.margin.r);
  if (labelled) ends(data, state, layout, seen, range, heights);
  return { traces, layout };
}

// The range of the vertical axis: all that is shown, and 100 or zero with it, and a little air.
function reach(data, state, seen, range) {
  const scale = (value) => (state.log ? Math.log10(value) : value);
  let [low, high] = data.unit === "level" ? [scale(100), scale(100)] : [0, 0];
  const take = (value) => {
    if (value === null || value === undefined) return;
    low = Math.min(low, scale(value));
    high = Math.max(high, scale(value));
  };
  for (const line of seen) {
    data.x.forEach((date, place) => {
      if (date < range[0].slice(0, 10) || date > range[1].slice(0, 10)) return;
      take(line.y[place]);
      if ((state.choice || data.banded) && line.low) [line.low, line.high].forEach((edge) => take(edge[place]));
    });
  }
  const air = (high - low || 1) * 0.04;
  return [low - air, high + air];
}

// Sessions to name below the axis, the year where it changes: no tick stands on a day without one.
function ticks(dates, range, width) {
  const seen = dates.filter((date) => date >= range[0].slice(0, 10) && date <= range[1].slice(0, 10));
  const step = Math.max(1, Math.ceil(seen.length / Math.max(3, Math.floor(width / 95))));
  const tickvals = seen.filter((_, place) => place % step === 0);
  const year = (place) => (place === 0 || tickvals[place].slice(0, 4) !== tickvals[place - 1].slice(0, 4) ? "<br>" + tickvals[place].slice(0, 4) : "");
  return { tickvals, ticktext: tickvals.map((date, place) => date.slice(5) + year(place)) };
}

function short(label) {
  return label.length > 24 ? label.slice(0, 23) + "…" : label;
}

// Names at the right ends of the lines, moved apart where they would touch.
function ends(data, state, layout, seen, range, heights) {
  const height = state.height - layout.margin.t - layout.margin.b;
  const found = [];
  for (const line of seen) {
    let last = data.x.length - 1;
    while (last >= 0 && (line.y[last] === null || data.x[last] > range[1].slice(0, 10))) last -= 1;
    if (last < 0) continue;
    const value = state.log ? Math.log10(line.y[last]) : line.y[last];
    found.push({ line, at: ((heights[1] - value) / (heights[1] - heights[0])) * height });
  }
  found.sort((a, b) => a.at - b.at);
  const gap = Math.min(13, height / Math.max(found.length, 1));
  let floor = gap / 2;
  for (const end of found) floor = (end.at = Math.max(end.at, floor)) + gap;
  let roof = height - gap / 2;
  for (const end of found.reverse()) roof = (end.at = Math.min(end.at, roof)) - gap;
  for (const { line, at } of found) {
    const hue = colour(line.hue < 0 ? "--ink" : "--hue-" + line.hue);
    layout.annotations.push({
      text: `<span style="color:${hue}"><b>${["—", "- -", "··", "-·", "– –"][line.dash]}</b></span> ${plain(short(line.label))}`,
      xref: "paper", yref: "paper", x: 1, xanchor: "left", xshift: 3, y: 1 - at / height, yanchor: "middle",
      showarrow: false, font: { size: Math.min(10.5, 0.86 * gap), color: colour("--ink") },
    });
  }
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
