// Presenting: the Compare tab as one screen for a projector. It is a class of #stage, and the stylesheet does
// the rest. Keys press the tab's own buttons; bars grow while their models write.
const present = (() => {
  const WAYS = {
    ArrowRight: "present-next", ArrowDown: "present-next", PageDown: "present-next",
    ArrowLeft: "present-previous", ArrowUp: "present-previous", PageUp: "present-previous",
  };
  const TURNS = { "present-next": 1, "present-previous": -1 };
  const STARTS = "#run-all, #measure, #present-next, #present-previous";
  const STOPS = "#stop, #stop-measuring";
  const ANSWER = 15000; // milliseconds in which the page has answered a press, however slow, or will not
  const AGAIN = 2000; // milliseconds after which what is still at work is told to stop once more
  const SMALLEST = 50; // percent of the largest type
  const find = (selector) => document.querySelector(selector);
  const free = (selector) => [...document.querySelectorAll(selector)].filter((button) => !button.disabled);
  const on = () => find("#stage.presenting") !== null;

  let invited = new URLSearchParams(location.search).has("present");
  let refused = false; // the full screen, which only a key or a click may ask for
  let pressed = -ANSWER; // when something was started that has not been seen at work yet
  let turning = -ANSWER; // when a turn was started whose text has not come yet: the page drops a second one until then
  let wanted = null; // the button to press once nothing is at work
  let turns = 0; // texts to move on by before that; back, if less than 0
  let stopped = -AGAIN; // when what is at work was last told to stop: it may have begun only afterwards

  const recent = (moment) => performance.now() - moment < ANSWER;
  const busy = () => free(STOPS).length > 0 || recent(pressed) || recent(turning);
  const press = (id) => document.getElementById(id).click();
  const say = (element, text) => { // only what is new: a screen reader would read it again
    if (element.textContent !== text) element.textContent = text;
  };

  const fillScreen = () => {
    refused = false;
    document.documentElement.requestFullscreen?.().catch(() => { refused = true; });
  };
  const address = () => {
    const url = new URL(location.href);
    if (on()) url.searchParams.set("present", "");
    else url.searchParams.delete("present");
    history.replaceState(history.state, "", url);
  };
  const enter = () => {
    find("#stage").classList.add("presenting");
    fillScreen();
    address();
    scrollTo(0, 0);
    find("#present-next").focus({ preventScroll: true });
  };
  const leave = () => {
    find("#stage").classList.remove("presenting");
    wanted = null;
    turns = 0;
    if (document.fullscreenElement) document.exitFullscreen();
    address();
    find("#present").focus();
  };

  // What is at work is stopped first, and what was pressed follows when it has ended.
  document.addEventListener("click", (event) => {
    const id = event.target.closest("button")?.id;
    if (id === "present") enter();
    else if (id === "present-leave") leave();
    else if (on() && document.getElementById(id)?.matches(STARTS)) {
      if (busy()) {
        event.stopPropagation();
        turns += TURNS[id] ?? 0;
        wanted = turns ? null : id in TURNS ? "run-all" : id; // a turn summarises by itself
      } else if (id in TURNS) {
        turning = performance.now();
      } else {
        pressed = performance.now();
      }
    }
  }, true);
  document.addEventListener("keydown", (event) => {
    if (!(on() || invited) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "Escape") {
      invited = false;
      if (on()) leave();
      else address();
    }
    const way = WAYS[event.key];
    if (!way) return;
    event.preventDefault();
    if (!on()) { // the page is still being built
      turns += TURNS[way];
      return;
    }
    if (refused) fillScreen();
    if (!event.repeat) press(way);
  });
  document.addEventListener("fullscreenchange", () => {
    if (on() && !document.fullscreenElement) leave();
  });

  const proceed = () => {
    if (free(STOPS).length) pressed = -ANSWER;
    if (!busy()) {
      stopped = -AGAIN;
      const next = turns ? (turns > 0 ? "present-next" : "present-previous") : wanted;
      turns -= Math.sign(turns);
      wanted = null;
      if (next) press(next);
    } else if ((turns || (wanted && wanted !== "measure")) && free(STOPS).length && performance.now() - stopped >= AGAIN) {
      stopped = performance.now();
      for (const button of free(STOPS)) button.click();
    }
  };

  // The bars: one scale for all, whose end is a round number of seconds.
  const begun = {};
  const drawn = {};
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const scaleFor = (longest) => {
    for (let unit = 0.001; ; unit *= 10) {
      for (const step of [1, 1.5, 2, 3, 4, 5, 6, 8]) if (step * unit >= longest) return step * unit;
    }
  };
  const label = (seconds) => `${Number((seconds < 0.1 ? seconds * 1000 : seconds).toPrecision(2))} ${seconds < 0.1 ? "ms" : "s"}`;
  const drawRace = () => {
    const lanes = [...document.querySelectorAll("#race .lane")].map((lane) => {
      const { role, seconds } = lane.dataset;
      const works = find(`#result-${role} [data-clock]`) !== null;
      begun[role] = works ? begun[role] ?? performance.now() : null;
      const live = works ? (performance.now() - begun[role]) / 1000 : 0;
      if (works) say(lane.querySelector(".value"), `${live.toFixed(1)} s`);
      lane.classList.toggle("live", works);
      return { lane, role, seconds: Number(seconds ?? (still.matches ? 0 : live)), settled: seconds !== undefined };
    });
    const longest = Math.max(...lanes.map((lane) => lane.seconds));
    const scale = scaleFor(lanes.every((lane) => lane.settled) ? longest : Math.max(longest, 1));
    for (const { lane, role, seconds } of lanes) {
      const fill = lane.querySelector(".fill");
      if (!fill.style.transform) { // a new element goes on from where the one before it was
        fill.style.transform = drawn[role] ?? "translateX(-100%)";
        fill.getBoundingClientRect();
      }
      drawn[role] = fill.style.transform = `translateX(${seconds ? 100 * (seconds / scale - 1) : -101}%)`;
    }
    say(find("#race .end"), label(scale));
    const progress = find("#measure-progress .waiting")?.textContent;
    if (progress) say(find("#race .words"), progress);
  };

  // The largest type in which each column fits.
  let fitted = "";
  const fit = () => {
    const stage = find("#stage");
    const written = [...stage.querySelectorAll(".card")];
    const now = `${innerWidth} ${written.map((card) => [card.clientHeight, card.textContent.length])}`;
    if (now === fitted) return;
    fitted = now;
    for (let percent = 100; percent >= SMALLEST; percent -= 5) {
      stage.style.setProperty("--fit", percent / 100);
      if (written.every((card) => card.scrollHeight <= card.clientHeight + 1)) return;
    }
  };

  setInterval(() => {
    if (invited && find("#present-next")) {
      invited = false;
      enter();
    }
    if (!on()) return;
    proceed();
    drawRace();
    fit();
  }, 100);

  return {
    // The page has said what a new text begins with.
    begin: () => {
      turning = -ANSWER;
      const id = find("#slide .slide").dataset.begins;
      if (on() && id && !turns) press(id);
    },
    // All have written, or will not; a single run says little, so where visitors may, they are measured.
    goOn: (measures) => {
      pressed = -ANSWER;
      if (measures && on() && !wanted && !turns && document.querySelectorAll("#race [data-seconds]").length > 1) wanted = "measure";
    },
  };
})();
