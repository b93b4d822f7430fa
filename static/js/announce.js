// Words for ears: one quiet live region at the end of every page.
function announce(text) {
  const region = document.getElementById("announce");
  if (region && text) { region.textContent = ""; setTimeout(() => { region.textContent = text; }, 100); }
}
function spoken(name, values = {}) {
  const text = document.getElementById("announce")?.dataset[name] || "";
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
}
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const summary = detail.target.querySelector("[data-error-summary]");
  if (summary) summary.focus();
  else announce(detail.target.querySelector("[data-announce]")?.textContent.trim());
});
for (const failure of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(failure, () => announce(spoken("failed")));
