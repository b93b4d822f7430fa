// Copies the text of a button's data-copy; without a clipboard the button stays hidden and the text can be selected.
if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(button.dataset.copy); } catch { return; }
    button.querySelector("[data-copy-label]").textContent = button.dataset.done;
    announce(button.dataset.done);
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
