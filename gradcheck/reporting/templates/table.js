
"use strict";
/* Tables that sort by the columns' heads and are filtered by words: without a script they are plain tables. */
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0], rows = [...body.rows], heads = [...table.tHead.rows[0].cells];
  const texts = new Map(rows.map(row => [row, row.textContent.toLowerCase()]));
  const words = new Intl.Collator("en", {numeric: true});
  function sort(column, direction) {
    const numbers = heads[column].classList.contains("number");
    const keyed = rows.map((row, place) => {
      const text = row.cells[column].textContent.trim(), number = parseFloat(text);
      return {row, place, text, number, empty: numbers ? Number.isNaN(number) : text === ""};
    });
    keyed.sort((a, b) => a.empty - b.empty  /* what has none is last, either way */
      || direction * (a.empty ? 0 : numbers ? a.number - b.number : words.compare(a.text, b.text)) || a.place - b.place);
    body.append(...keyed.map(one => one.row));
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[column].setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
  }
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column, head.getAttribute("aria-sort") === "ascending" ? -1 : 1));
    head.append(button);
  });

  const filter = document.createElement("p"), shown = document.createElement("span");
  const input = document.createElement("input"), flagged = document.createElement("input");
  function labelled(control, type, text) {
    const label = document.createElement("label");
    control.type = type;
    label.append(...type === "checkbox" ? [control, text] : [text, control]);
    return label;
  }
  function show() {
    const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const text = texts.get(row);
      row.hidden = !wanted.every(word => text.includes(word)) || flagged.checked && !row.classList.contains("flagged");
      count += !row.hidden;
    }
    shown.textContent = `${count} of ${rows.length} shown`;
  }
  filter.className = "filter";
  shown.setAttribute("role", "status");
  filter.append(labelled(input, "search", "Only those with "), labelled(flagged, "checkbox", " to be looked at"), shown);
  input.addEventListener("input", show);
  flagged.addEventListener("change", show);
  table.parentElement.before(filter);
  show();
}
