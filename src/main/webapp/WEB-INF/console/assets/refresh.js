// Shows anew what a page marks as changing, every two seconds, while somebody looks at it.
"use strict";
const PERIOD = 2000;
// a page that nobody touches for so long lets its session end
const LONGEST = 15 * 60 * 1000;
let touched = Date.now();
for (const kind of ["keydown", "pointermove", "pointerdown"]) {
  document.addEventListener(kind, () => { touched = Date.now(); }, {passive: true});
}

const given = new Map();
for (const part of document.querySelectorAll("[data-live]")) {
  given.set(part.id, part.innerHTML);
}

async function refresh() {
  const parts = document.querySelectorAll("[data-live]");
  if (!document.hidden && parts.length > 0 && Date.now() - touched < LONGEST) {
    try {
      const answer = await fetch(location.href, {headers: {Accept: "text/html"}});
      const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
      for (const part of parts) {
        const now = page.getElementById(part.id);
        // as the server gave it: what a reader has unfolded is no change
        if (now && now.innerHTML !== given.get(part.id)) {
          given.set(part.id, now.innerHTML);
          part.replaceChildren(...now.childNodes);
        }
      }
    } catch (problem) {
      // the server is away for a moment: the next time
    }
  }
  setTimeout(refresh, PERIOD);
}

setTimeout(refresh, PERIOD);
