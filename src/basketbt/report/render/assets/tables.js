"use strict";
// A click on a heading sorts its table; empty cells stay last, a second click turns the order.

function sortTable(heading) {
  const table = heading.closest("table");
  const column = [...heading.parentNode.children].indexOf(heading);
  const number = heading.classList.contains("number");
  const was = heading.getAttribute("aria-sort");
  const order = was ? (was === "ascending" ? "descending" : "ascending") : number ? "descending" : "ascending";
  const sign = order === "ascending" ? 1 : -1;
  const value = (row) => {
    const cell = row.cells[column];
    if (!number) return cell.textContent;
    return cell.dataset.sort === undefined ? null : Number(cell.dataset.sort);
  };
  const compare = (a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return (x === null) - (y === null);
    return sign * (number ? x - y : x.localeCompare(y, document.documentElement.lang));
  };
  const body = table.tBodies[0];
  body.append(...[...body.rows].sort(compare));
  for (const other of heading.parentNode.children) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", order);
}

for (const button of document.querySelectorAll(".sort")) {
  button.addEventListener("click", () => sortTable(button.closest("th")));
}
