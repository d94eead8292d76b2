// Clocks tick in the browser, so that a waiting page costs the measured model nothing. Gradio draws a column's
// text and attributes anew at each update, so the column itself keeps what its clock shows.
const starts = new Map();
const tick = () => {
  for (const column of document.querySelectorAll("[id^=result-]")) {
    const works = column.querySelector("[data-clock]") !== null;
    if (works && !starts.has(column.id)) starts.set(column.id, performance.now());
    if (works) {
      const seconds = (performance.now() - starts.get(column.id)) / 1000;
      column.style.setProperty("--clock", `"${seconds.toFixed(1)} s"`);
    } else if (starts.delete(column.id)) {
      column.style.removeProperty("--clock");
    }
  }
};

// Ctrl+Enter (on a Mac also Command+Enter) in the text or the reference summarises.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest("#text, #reference")) {
    event.preventDefault();
    document.querySelector("#run-all").click();
  }
});

// A link to a vote shows nothing else, from the first moment on; the keys 1 to 5 give its answers.
if (new URLSearchParams(location.search).has("vote")) {
  const alone = document.createElement("style");
  alone.textContent = ".masthead, #tabs { display: none !important; }";
  document.head.append(alone);
}
document.addEventListener("keydown", (event) => {
  const place = event.key.length === 1 ? "12345".indexOf(event.key) : -1;
  if (place < 0 || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input:not([type=radio]), textarea, select")) return; // something is typed there
  const shown = [...document.querySelectorAll("#vote-answers button")].filter((each) => each.offsetParent);
  shown[place]?.click();
});

// Nobody reads a text in a third of a second: a double click or a key hit twice is one answer. Nor do two
// answers about a text race each other to the studio: the first one counts, and is changed by going back.
const textShown = () => document.querySelector("#vote-progress .run-steps")?.textContent ?? null;
let pressed = { button: null, text: null, at: -Infinity };
document.addEventListener("click", (event) => {
  const button = event.target.closest("#vote-answers button");
  if (!button) return;
  const now = { button, text: textShown(), at: performance.now() };
  const twice = button === pressed.button && now.at - pressed.at < 300;
  const underWay = now.text === pressed.text && now.at - pressed.at < 2000;  // later: it may have been refused
  if (twice || underWay) event.stopImmediatePropagation();
  else pressed = now;
}, true);

// The next text of a vote is read from its beginning.
let seat = null;
const goToText = () => {
  const now = textShown() ?? seat;
  if (seat && now !== seat) window.scrollTo({ top: 0 });
  if (now !== pressed.text) pressed.text = null;
  seat = now;
};

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

setInterval(() => { tick(); goToResults(); goToText(); nameResets(); }, 100);
