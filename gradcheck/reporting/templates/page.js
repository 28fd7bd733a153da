
"use strict";
/* A button to copy code: beside the code, and only where there is a script to serve it. */
for (const block of document.querySelectorAll(".code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", () => {
    const area = document.createElement("textarea");
    area.value = block.querySelector("code").textContent;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    button.focus();
    button.textContent = copied ? "Copied" : "Not copied: select it by hand";
  });
  block.prepend(button);
}
/* Whoever is sent to something that is folded away finds it open. */
function open() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = target && target.closest("details");
  if (folded) { folded.open = true; target.scrollIntoView(); }
}
window.addEventListener("hashchange", open);
open();
/* What is folded away on the screen is printed. */
window.addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details")) one.open = true;
});
