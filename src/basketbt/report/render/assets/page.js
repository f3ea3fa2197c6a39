// Light or dark, by the system until the reader chooses; paper is always light and fits A4.

const DARK = window.matchMedia("(prefers-color-scheme: dark)");
let chosen = null;

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  drawAll();
}

function currentTheme() {
  return chosen || (DARK.matches ? "dark" : "light");
}

document.getElementById("theme").addEventListener("click", () => {
  chosen = currentTheme() === "dark" ? "light" : "dark";
  setTheme(chosen);
});
DARK.addEventListener("change", () => setTheme(currentTheme()));

let folds = [];
window.addEventListener("beforeprint", () => {
  folds = [...document.querySelectorAll(".fold:not([open])")];
  folds.forEach((fold) => (fold.open = true));
  // Charts are drawn at the width of the paper before it is known to the style sheet.
  document.documentElement.dataset.print = "";
  setTheme("light");
});
window.addEventListener("afterprint", () => {
  folds.forEach((fold) => (fold.open = false));
  delete document.documentElement.dataset.print;
  setTheme(currentTheme());
});

let width = window.innerWidth;
window.addEventListener("resize", () => {
  if (window.innerWidth === width) return; // a phone's bars come and go while it scrolls
  width = window.innerWidth;
  drawAll();
});

setTheme(currentTheme());
