'use strict';
const copy = document.getElementById('copy');
const copied = document.getElementById('copied');

// the clipboard is there for pages that came by TLS or from this machine; elsewhere the selection is copied
async function copyLines() {
  const lines = document.getElementById('lines');
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(lines.textContent);
    return true;
  }
  getSelection().selectAllChildren(lines);
  return document.execCommand('copy');
}

copy.hidden = false;
copy.addEventListener('click', () => {
  copyLines().then(done => done, () => false).then(done => {
    copied.textContent = done ? 'Copied' : 'Not copied: select the lines and copy them';
  });
});

const field = document.getElementById('q');
const found = document.getElementById('found');
let asked = field.value.trim();
let asking = new AbortController();
let pause = 0;

// the page that the form would show, of which only what was found is taken
async function search() {
  const text = field.value.trim();
  if (text === asked) {
    return;
  }
  asked = text;
  asking.abort();
  asking = new AbortController();
  const url = text === '' ? location.pathname : '?q=' + encodeURIComponent(text);
  try {
    const answer = await fetch(url, {headers: {Accept: 'text/html'}, signal: asking.signal});
    if (!answer.ok) {
      throw new Error(answer.status);
    }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    found.replaceChildren(...page.getElementById('found').childNodes);
    history.replaceState(null, '', url);
  } catch (problem) {
    if (problem.name !== 'AbortError') {
      found.textContent = 'The search did not work: try again in a moment';
      asked = null;
    }
  }
}

field.addEventListener('input', () => {
  clearTimeout(pause);
  pause = setTimeout(search, 100);
});
