
"use strict";
// A button to copy code: beside the code, and only where there is a script to serve it.
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
// What is folded away on the screen is printed.
window.addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details")) one.open = true;
});
