// What a pointer touches in a chart over time: the session, and the value of each line on it.

const DATA = JSON.parse(document.getElementById("data").textContent);
const TIP = document.body.appendChild(document.createElement("div"));
TIP.id = "tip";
TIP.hidden = true;
TIP.setAttribute("aria-hidden", "true");

function shown(value, unit) {
  if (value === null) return "–";
  return unit === "level" ? value.toFixed(1) : (value > 0 ? "+" : "") + (value * 100).toFixed(1) + "%";
}

// The session nearest to a share of the way from the first to the last.
function nearest(dates, share) {
  const times = dates.map((one) => (typeof one === "number" ? one : Date.parse(one)));
  const at = times[0] + share * (times[times.length - 1] - times[0]);
  return times.reduce((best, time, place) => (Math.abs(time - at) < Math.abs(times[best] - at) ? place : best), 0);
}

function point(event) {
  const touched = event.target.closest(".hit");
  TIP.hidden = !touched;
  if (!touched) return;
  const data = DATA[touched.closest("[data-chart]").dataset.chart];
  const box = touched.getBoundingClientRect();
  const place = nearest(data.x, (event.clientX - box.left) / box.width);
  const panel = touched.dataset.panel || "";
  const day = data.days[place];
  const lines = data.series.filter((one) => !one.panel || one.panel === panel);
  TIP.textContent = [
    (data.x[place] === day ? "" : data.x[place] + " · ") + document.body.dataset.day + " " + (day > 0 ? "+" : "") + day,
    ...lines.map((one) => one.label + " " + shown(one.y[place], data.unit)),
  ].join("\n");
  TIP.style.left = Math.max(4, Math.min(event.clientX + 14, window.innerWidth - TIP.offsetWidth - 4)) + "px";
  TIP.style.top = Math.max(4, event.clientY - TIP.offsetHeight - 14) + "px";
}

document.addEventListener("pointermove", point);
document.addEventListener("pointerdown", point);
