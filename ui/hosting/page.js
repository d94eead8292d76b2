// Clocks tick in the browser, so that a waiting page costs the measured model nothing.
const tick = () => {
  for (const clock of document.querySelectorAll("[data-clock]")) {
    clock.dataset.start ||= String(performance.now());
    const seconds = (performance.now() - Number(clock.dataset.start)) / 1000;
    clock.textContent = seconds.toFixed(1) + " s";
  }
};

// Ctrl+Enter (on a Mac also Command+Enter) in the text or the reference summarises.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest("#text, #reference")) {
    event.preventDefault();
    document.querySelector("#run-all").click();
  }
});

// On a phone what a button starts is out of sight: go there once it has really begun.
const RESULTS = { "run-all": ".columns .waiting", "start-run": "#run-status .badge.running", "start-search": "#search-status .badge.running" };
let awaited = null;
document.addEventListener("click", (event) => {
  awaited = RESULTS[event.target.closest("button")?.id] ?? awaited;
}, true);
const goToResults = () => {
  const begun = awaited && document.querySelector(awaited);
  if (!begun) return;
  awaited = null;
  if (begun.getBoundingClientRect().top > window.innerHeight) {
    begun.closest(".card").scrollIntoView({ behavior: "smooth", block: "start" });
  }
};

// Gradio calls the buttons beside all sliders the same.
const nameResets = () => {
  for (const button of document.querySelectorAll('button[aria-label="Reset to default value"]')) {
    const label = button.closest(".block")?.querySelector('[data-testid="block-info"]')?.textContent.trim();
    if (label) button.setAttribute("aria-label", `Reset ${label}`);
  }
};

setInterval(() => { tick(); goToResults(); nameResets(); }, 100);
