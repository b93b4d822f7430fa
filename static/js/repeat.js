// "Add another": copies the last row without its answers. The server does the same when the button is simply sent.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-repeat-add], [data-repeat-remove]");
  const list = button?.closest("[data-repeat]");
  if (!list) return;
  event.preventDefault();
  const add = list.querySelector("[data-repeat-add]");
  if (button === add) addRow(list);
  else { button.closest("[data-repeat-row]").remove(); add.focus(); }
  rowsOf(list).forEach((row, at) => {
    row.querySelectorAll("[data-repeat-number]").forEach((number) => { number.textContent = at + 1; });
    row.querySelector("[data-repeat-remove]")?.setAttribute("value", at);
  });
  add.hidden = rowsOf(list).length >= Number(list.dataset.repeatMax || Infinity);
});
function rowsOf(list) { return [...list.querySelectorAll("[data-repeat-row]")]; }
function addRow(list) {
  const last = rowsOf(list).at(-1);
  const row = last.cloneNode(true);
  const next = Math.max(...rowsOf(list).map(indexOf)) + 1;
  for (const element of row.querySelectorAll("*")) for (const { name, value } of [...element.attributes])
    if (/^(id|name|for|aria-describedby)$/.test(name)) element.setAttribute(name, value.replace(/-\d+-/g, `-${next}-`));
  row.querySelectorAll(".field__errors").forEach((errors) => errors.remove());
  row.querySelectorAll(".field--error").forEach((field) => field.classList.remove("field--error"));
  for (const control of row.querySelectorAll("input, select, textarea")) {
    control.removeAttribute("aria-invalid");
    if (control.matches("[type=checkbox], [type=radio]")) control.checked = control.defaultChecked = false;
    else if (control.matches("select")) control.selectedIndex = 0;
    else { control.value = ""; control.defaultValue = ""; }
  }
  last.after(row);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}
function indexOf(row) { return Number(row.querySelector("[name*='-']")?.name.match(/-(\d+)-/)?.[1] ?? -1); }
