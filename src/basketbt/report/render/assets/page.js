// Light or dark, by the system until the reader chooses; folds open for links and on paper.

const DARK = window.matchMedia("(prefers-color-scheme: dark)");

document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const now = root.dataset.theme || (DARK.matches ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
});

function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let fold = target.closest("details"); fold; fold = fold.parentNode.closest("details")) fold.open = true;
  target.scrollIntoView();
}
window.addEventListener("hashchange", unfold);
unfold();

let folds = [];
window.addEventListener("beforeprint", () => {
  folds = [...document.querySelectorAll("main details:not([open]), #front details:not([open])")];
  folds.forEach((fold) => (fold.open = true));
});
window.addEventListener("afterprint", () => folds.forEach((fold) => (fold.open = false)));

// A table that goes on to the right says so until its end is seen.
function sign(box) {
  box.classList.toggle("more", box.scrollWidth - box.clientWidth - box.scrollLeft > 4);
}
const boxes = new ResizeObserver((entries) => entries.forEach((entry) => sign(entry.target)));
for (const box of document.querySelectorAll(".scroll")) {
  boxes.observe(box);
  box.addEventListener("scroll", () => sign(box), { passive: true });
}
