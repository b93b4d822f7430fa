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
  const fresh = document.getElementById(detail.target.id) || detail.target;
  const summary = fresh.querySelector("[data-error-summary]");
  if (summary) summary.focus();
  else announce(fresh.querySelector("[data-announce]")?.textContent.trim());
});
for (const failure of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(failure, () => announce(spoken("failed")));
