// After a form came back with errors, reading begins at their summary.
document.querySelector("[data-error-summary]")?.focus();
