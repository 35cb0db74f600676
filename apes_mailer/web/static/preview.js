// Keeps the page in step with the files: the server says when something was saved, the page fetches what it shows.

import { addressField } from "./addresses.js";
import { clear, mark } from "./marks.js";

const byId = (id) => document.getElementById(id);
const tools = byId("tools");
const stage = byId("stage");
const source = byId("source");
const status = byId("status");
const list = byId("list");

const SOURCES = { text: "/letter.txt", source: "/letter.html", mjml: "/letter.mjml" };

let turn = 0; // of the latest refresh: answers to earlier ones come too late
let frame = null;

const address = addressField({ list, onChoice: refresh });

/** The contact and the variant that the letter is shown for, as a query. */
function reader() {
  const variant = byId("variant")?.value ?? "";
  return new URLSearchParams({ list: list.value, address: address.chosen(), variant });
}

async function refresh() {
  const mine = ++turn;
  const query = reader();
  let answer;
  try {
    answer = await fetch(`/summary.html?${query}`);
  } catch {
    return lost();
  }
  if (!answer.ok) return lost();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== turn) return;
  for (const part of page.querySelectorAll("[data-into]")) {
    replace(byId(part.dataset.into), part);
  }
  const { reads } = page.querySelector("[data-reads]").dataset;
  if (reads) choose(byId("variant"), reads);
  const panel = page.querySelector("[data-letter]");
  await show(panel.dataset.letter === "yes", query, mine);
  if (mine === turn) say(`${status.dataset.refreshed} ${new Date().toLocaleTimeString(document.documentElement.lang)}`);
}

/** Put what was fetched in its place, unless it is there already: what did not change is not read out again. */
function replace(target, part) {
  if (target.innerHTML === part.innerHTML) return;
  const chosen = [...target.querySelectorAll("select")].map((each) => [each.id, each.value]);
  target.replaceChildren(...part.childNodes);
  for (const [id, value] of chosen) choose(byId(id), value);
}

/** Choose again what was chosen before, if it is still there. */
function choose(select, value) {
  if (select && [...select.options].some((each) => each.value === value)) select.value = value;
}

async function show(hasLetter, query, mine) {
  const view = tools.elements.view.value;
  stage.dataset.width = tools.elements.width.value;
  stage.dataset.view = view;
  stage.hidden = !hasLetter;
  if (view !== "html") clear(stage);
  if (!hasLetter) return;
  if (view === "html") await showLetter(query, mine);
  else await showSource(`${SOURCES[view]}?${query}`, mine);
}

async function showSource(url, mine) {
  const text = await (await fetch(url)).text();
  if (mine !== turn) return;
  source.textContent = text;
  source.hidden = false;
  frame?.remove();
  frame = null;
}

/** Load the letter behind the one that is seen, and change them when it is ready: nothing flashes, nothing moves. */
async function showLetter(query, mine) {
  const next = document.createElement("iframe");
  next.setAttribute("sandbox", stage.dataset.sandbox);
  next.title = stage.dataset.title;
  next.className = "waiting";
  const loaded = new Promise((resolve) => next.addEventListener("load", resolve, { once: true }));
  next.src = `/letter.html?${query}`;
  stage.append(next);
  await loaded;
  if (mine !== turn) return next.remove();
  openLinksElsewhere(next);
  fit(next);
  mark(stage, next, findings());
  next.className = "";
  frame?.remove();
  frame = next;
  source.hidden = true;
}

/** What the checks have to say of places in the letter. */
function findings() {
  return byId("panel").querySelectorAll("[data-seek]");
}

/** Make a frame as high as its letter, so that only the page scrolls. */
function fit(each) {
  const { body } = each.contentDocument;
  const { marginBottom } = getComputedStyle(body);
  each.style.height = `${Math.ceil(body.getBoundingClientRect().bottom + parseFloat(marginBottom))}px`;
}

function openLinksElsewhere(each) {
  for (const link of each.contentDocument.links) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  }
}

function say(text) {
  status.classList.remove("lost");
  status.textContent = text;
}

function lost() {
  status.classList.add("lost");
  status.textContent = status.dataset.lost;
}

function changeWidth() {
  stage.dataset.width = tools.elements.width.value;
  if (!frame) return;
  fit(frame);
  mark(stage, frame, findings());
}

tools.addEventListener("change", (event) => (event.target.name === "width" ? changeWidth() : refresh()));
// A variant is for many: it is shown as it is written, and not as one contact reads it.
byId("variants").addEventListener("change", () => (address.chosen() ? address.clear() : refresh()));
list.addEventListener("change", async () => {
  await address.restart();
  refresh();
});
for (const form of document.forms) form.addEventListener("submit", (event) => event.preventDefault());

// The address bar and the history need not keep the key of this page.
history.replaceState(null, "", "/");

const events = new EventSource("/events");
events.onmessage = refresh;
events.onerror = lost;
