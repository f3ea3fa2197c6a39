// The charts of a grid: where published results stand, and the specification curve.

function ranges(all, state) {
  const data = all.sets[state.choice];
  const layout = frame(all);
  const names = data.map((row) => plain(short(row.label)));
  const bar = (low, high, width, hue, opacity) => ({
    type: "bar", orientation: "h", y: names, base: data.map((row) => row.at[low]), width,
    x: data.map((row) => row.at[high] - row.at[low]), marker: { color: colour(hue), opacity }, hoverinfo: "skip",
  });
  const dots = (pick, symbol, size, hue, word) => ({
    type: "scatter", mode: "markers", y: names, x: data.map(pick), name: plain(word),
    marker: { symbol, size, color: colour(hue), line: { color: colour(hue), width: 2 } },
    hovertemplate: "%{y}<br>" + plain(word) + " %{x:+.1%}<extra></extra>",
  });
  const traces = [
    bar(0, 4, 0.3, "--hue-0", 0.25), bar(1, 3, 0.3, "--hue-0", 0.5),
    dots((row) => row.at[2], "line-ns-open", 12, "--ink", all.words.median),
    dots((row) => row.published, "circle", 8, "--hue-1", all.words.published),
  ];
  layout.barmode = "overlay";
  layout.xaxis = axis({ tickformat: ".1~%", title: note(all) });
  layout.yaxis = axis({ autorange: "reversed", ticklabelstandoff: 6 });
  Object.assign(layout.margin, { t: 8, b: 48, r: 20 });
  return { traces, layout };
}

function curve(data, state) {
  const layout = frame(data);
  const rows = data.rows.length;
  const below = Math.min(0.62, (17 * rows + 10) / (state.height - 80));
  const places = (n) => Array.from({ length: n }, (_, k) => (k + 0.5) / n);
  const traces = [
    {
      type: "scatter", mode: "lines", x: places(data.y.length), y: data.y, line: { color: colour("--hue-0"), width: 2 },
      hovertemplate: "%{y:+.1%} · %{x:.0%}<extra></extra>",
    },
    {
      type: "scatter", mode: "markers", x: data.published.map((p) => p.x), y: data.published.map((p) => p.y),
      text: data.published.map((p) => plain(p.label)), hovertemplate: "%{text}<br>%{y:+.1%}<extra></extra>",
      marker: { color: colour("--hue-1"), size: 7, line: { color: colour("--ground"), width: 1 } },
    },
  ];
  if (rows) {
    traces.push({
      type: "heatmap", x: places(data.shares[0].length), y: data.rows.map((row) => plain(short(row))), z: data.shares, yaxis: "y2",
      showscale: false, zmin: 0, zmax: 1, colorscale: [[0, colour("--ground")], [1, colour("--ink")]],
      hovertemplate: "%{y}: %{z:.0%}<extra></extra>",
    });
  }
  layout.xaxis = axis({ tickformat: ".0%", range: [0, 1], title: note(data), anchor: rows ? "y2" : "y" });
  layout.yaxis = axis({ tickformat: ".1~%", domain: [rows ? below + 0.03 : 0, 1], fixedrange: true });
  layout.yaxis2 = axis({ autorange: "reversed", domain: [0, below], fixedrange: true, showgrid: false, dtick: 1 });
  Object.assign(layout.margin, { t: 8, b: 56 });
  return { traces, layout };
}

