// Marks in the letter, each at the place that a finding is about; mark and finding lead to each other.

const EDGE = -12; // pixels: half outside the letter, so that its margin keeps the text free on a narrow screen, too
const ROOM = 30; // pixels that a mark takes, in both directions

/** Letters and digits alone: typography, Markdown and the layout change the rest. */
function essence(text) {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}

/** The text nodes of a page that is seen, each with where its letters begin among those of all. */
function written(body) {
  const nodes = [];
  let letters = "";
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (element.closest("style, script") || !element.getClientRects().length) continue;
    nodes.push({ element, start: letters.length });
    letters += essence(walker.currentNode.data);
  }
  return { nodes, letters };
}

/** The element that shows a picture of this name, leads to this address or has these words; null when there is none. */
function find(body, sought, { nodes, letters }) {
  const picture = [...body.querySelectorAll("img")].find((image) => image.src.endsWith(`/${sought}`));
  const link = [...body.querySelectorAll("a")].find((each) => each.getAttribute("href") === sought);
  if (picture || link) return picture || link;
  const words = essence(sought);
  const start = words ? letters.indexOf(words) : -1;
  if (start < 0) return null;
  return nodes.findLast((node) => node.start <= start).element;
}

/** Take the marks away. */
export function clear(stage) {
  for (const old of stage.querySelectorAll(".mark")) old.remove();
}

/** Put a mark for each finding over the letter in a frame; those whose place is not found go to its top. */
export function mark(stage, frame, findings) {
  clear(stage);
  const { body } = frame.contentDocument;
  const text = written(body);
  const columns = [];
  for (const finding of findings) {
    const number = finding.id.replace("finding-", "");
    const element = find(body, finding.dataset.seek, text);
    const top = element ? Math.max(0, Math.round(element.getBoundingClientRect().top)) : 0;
    const link = document.createElement("a");
    link.id = `mark-${number}`;
    link.className = `mark ${finding.className}`;
    link.href = `#finding-${number}`;
    link.textContent = number;
    link.setAttribute("aria-label", finding.querySelector("p").textContent);
    link.style.top = `${top}px`;
    const column = freeColumn(columns, top);
    link.style[column % 2 ? "right" : "left"] = `${EDGE + ROOM * Math.floor(column / 2)}px`;
    stage.append(link);
  }
}

/** Take the first column that has room at a height: they lie at the left and at the right edge by turns. */
function freeColumn(columns, top) {
  const free = columns.findIndex((tops) => tops.every((other) => Math.abs(other - top) >= ROOM));
  if (free < 0) return columns.push([top]) - 1;
  columns[free].push(top);
  return free;
}
