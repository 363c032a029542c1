// Enhances pages that work without it: buttons that copy, and searches that find while one types.
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) {
    return;
  }
  const text = document.getElementById(button.dataset.copy).textContent;
  await navigator.clipboard.writeText(text);
  const label = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = label; }, 2000);
});

for (const form of document.querySelectorAll("form[data-live]")) {
  let timer;
  let running;
  const look = async () => {
    running?.abort();
    running = new AbortController();
    const url = form.action.split("?")[0] + "?" + new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(url, { signal: running.signal, redirect: "error" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById(form.dataset.live);
      if (answer.ok && found) {
        document.getElementById(form.dataset.live).replaceChildren(...found.childNodes);
        history.replaceState(null, "", url);
      }
    } catch (failure) {
      // another letter was typed, or the session has ended: the button tells
      if (failure.name !== "AbortError" && failure.name !== "TypeError") {
        throw failure;
      }
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 150);
  });
}
