// SPDX-License-Identifier: Apache-2.0
"use strict";
// Sorts a table by the data-key of its cells: numbers as numbers, text as text, cells without a key last.
document.querySelectorAll("table.sortable").forEach(table => {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const first = head.dataset.kind === "text" ? "ascending" : "descending";
    const second = head.dataset.kind === "text" ? "descending" : "ascending";
    const order = head.getAttribute("aria-sort") === first ? second : first, sign = order === "ascending" ? 1 : -1;
    heads.forEach(other => other.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", order);
    const key = row => row.cells[column].dataset.key;
    const compare = head.dataset.kind === "text" ? (a, b) => a.localeCompare(b, "en") : (a, b) => Number(a) - Number(b);
    [...body.rows].sort((a, b) => {
      if (key(a) === "" || key(b) === "") return (key(a) === "") - (key(b) === "");
      return sign * compare(key(a), key(b)) || Number(a.dataset.order) - Number(b.dataset.order);
    }).forEach(row => body.append(row));
  }));
});
