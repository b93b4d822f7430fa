// Minutes left of a hold: seen all the time, spoken only at five and two minutes and at the end.
for (const time of document.querySelectorAll("[data-countdown]")) {
  const left = time.parentElement.querySelector("[data-countdown-left]");
  const wrong = Date.parse(time.dataset.now) - Date.now() || 0;
  const seconds = () => Math.max(0, Math.ceil((Date.parse(time.dateTime) - Date.now() - wrong) / 1000));
  const due = [300, 120].filter((mark) => mark < seconds());
  const tick = () => {
    const now = seconds();
    const words = now > 120 ? spoken("minutes", { minutes: Math.ceil(now / 60) }) : spoken("seconds", { seconds: now });
    const shown = now ? spoken("left", { time: words }) : spoken("over");
    if (left.textContent !== shown) left.textContent = shown;
    if (now <= due[0]) { due.shift(); announce(spoken("minutes", { minutes: Math.ceil(now / 60) })); }
    if (!now) { clearInterval(timer); announce(shown); }
  };
  const timer = setInterval(tick, 1000);
  if (seconds()) tick(); else { clearInterval(timer); left.textContent = spoken("over"); }
}
