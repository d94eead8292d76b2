// Clocks tick in the browser, so that a waiting page costs the measured model nothing.
setInterval(() => {
  for (const clock of document.querySelectorAll("[data-clock]")) {
    clock.dataset.start ||= String(performance.now());
    const seconds = (performance.now() - Number(clock.dataset.start)) / 1000;
    clock.textContent = seconds.toFixed(1) + " s";
  }
}, 100);
