// Measures a letter as the browser lays it out: what of its text cannot be read, and where its columns stand.
//
// `hidden` are texts that are meant to be out of sight; `articles` are [{title, second, picture}], in their order:
// `second` when one has the right column of two, `picture` the alternative text of what should stand beside it;
// `buttons` are the words on buttons. The result is {faults: [{kind, text, detail}], texts, missingPictures,
// columns: [{title, beside, width}], lines: [{text, box}], width}; lengths are in pixels.
({ hidden, articles, buttons }) => {
  const TOLERANCE = 1; // for what rounding does
  const BUTTON = 44; // WCAG 2.2, 2.5.5 Target Size (Enhanced)
  const faults = [];
  const words = (text) => text.replace(/[\s\u200b\u200c\u200d\u00ad]+/g, " ").trim();
  const key = (text) => text.replace(/[\s\u200b\u200c\u200d\u00ad]+/g, "").replaceAll("'", "’");
  const report = (kind, text, detail) => faults.push({ kind, text: words(text).slice(0, 60), detail });

  // Whatever a colour is written in, a canvas gives it as red, green, blue, alpha.
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      pixel.clearRect(0, 0, 1, 1);
      pixel.fillStyle = colour;
      pixel.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
      known.set(colour, [red, green, blue, alpha / 255]);
    }
    return known.get(colour);
  };
  const over = (top, below, opacity = 1) => {
    const alpha = top[3] * opacity;
    return [0, 1, 2].map((i) => top[i] * alpha + below[i] * (1 - alpha)).concat(1);
  };
  const luminance = (colour) => {
    const [red, green, blue] = colour.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const canvasColour = () => {
    const sheet = document.documentElement.appendChild(document.createElement("div"));
    sheet.style.background = "Canvas";
    const colour = rgba(getComputedStyle(sheet).backgroundColor);
    sheet.remove();
    return colour;
  };
  const lineage = (element) => {
    const found = [];
    for (let each = element; each; each = each.parentElement) found.push(each);
    return found;
  };
  const grounds = new Map([[null, canvasColour()]]);
  const ground = (element) => {
    if (!grounds.has(element)) {
      grounds.set(element, over(rgba(getComputedStyle(element).backgroundColor), ground(element.parentElement)));
    }
    return grounds.get(element);
  };

  const checkContrast = (text, element) => {
    const style = getComputedStyle(element);
    const opacity = lineage(element).reduce((product, each) => product * getComputedStyle(each).opacity, 1);
    const below = ground(element);
    const ratio = contrast(over(rgba(style.color), below, opacity), below);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const least = large ? 3 : 4.5;
    if (ratio < least) report("contrast", text, `${ratio.toFixed(2)} of ${least}: ${style.color} on ${below.slice(0, 3).map(Math.round)}`);
    if (lineage(element).some((each) => getComputedStyle(each).backgroundImage !== "none")) {
      report("on a picture", text, "its contrast cannot be told");
    }
  };
  const clipped = (box, element) =>
    lineage(element).find((each) => {
      const style = getComputedStyle(each);
      const edge = each.getBoundingClientRect();
      const across = style.overflowX !== "visible" && (box.left < edge.left - TOLERANCE || box.right > edge.right + TOLERANCE);
      const down = style.overflowY !== "visible" && (box.top < edge.top - TOLERANCE || box.bottom > edge.bottom + TOLERANCE);
      return each !== document.body && each !== document.documentElement && (across || down);
    });
  const covered = (box, element) => {
    const top = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    return top !== null && !element.contains(top) && !top.contains(element);
  };
  const checkPlace = (text, boxes, element) => {
    const style = getComputedStyle(element);
    if (style.visibility !== "visible") return report("hidden", text, style.visibility);
    if (boxes.length === 0 || parseFloat(style.fontSize) === 0) return report("hidden", text, "takes no room");
    for (const box of boxes) {
      const detail = [box.left, box.top, box.right, box.bottom].map(Math.round).join(" ");
      if (box.width < 1 || box.height < 1) return report("hidden", text, `takes no room: ${detail}`);
      const outside = box.left < -TOLERANCE || box.top < -TOLERANCE || box.right > document.documentElement.scrollWidth + TOLERANCE;
      if (outside) return report("off the screen", text, detail);
      if (clipped(box, element)) return report("clipped", text, detail);
      if (covered(box, element)) return report("covered", text, detail);
    }
  };

  const meantToBeHidden = new Set(hidden.map(key)); // each once: the same words may be said elsewhere
  const places = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!key(node.data) || element.closest("style, script, title")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width || box.height || range.getClientRects().length === 1);
    if (meantToBeHidden.delete(key(node.data))) {
      if (boxes.some((box) => box.width > 1 && box.height > 1 && !clipped(box, element))) report("shown", node.data, "is meant to be hidden");
      continue;
    }
    texts += 1;
    places.push({ key: key(node.data), text: node.data, element, box: range.getBoundingClientRect() });
    checkPlace(node.data, boxes, element);
    checkContrast(node.data, element);
  }

  // A picture that is not there leaves its alternative text, in the colour of the text around it.
  let missingPictures = 0;
  for (const image of document.images) {
    if (image.naturalWidth) continue;
    missingPictures += 1;
    if (image.alt) {
      const box = image.getBoundingClientRect();
      checkPlace(image.alt, [box], image);
      if (box.height < 16) report("clipped", image.alt, `the place of its picture is ${box.height} px high`);
      checkContrast(image.alt, image);
    }
  }

  const isButton = new Set(buttons.map(key));
  for (const { text, element } of places.filter((place) => isButton.has(place.key))) {
    const plate = lineage(element).find((each) => {
      const style = getComputedStyle(each);
      return rgba(style.backgroundColor)[3] > 0 || parseFloat(style.borderTopWidth) > 0;
    });
    const height = plate ? plate.getBoundingClientRect().height : 0;
    if (element.closest("a") && height < BUTTON - TOLERANCE) report("small button", text, `${height} px high`);
  }

  // Titles may stand twice (in a table of contents, or as a link's words): those of articles are headings.
  const isHeading = ({ element }) => element.closest("h1, h2, h3, h4") !== null;
  const textWidth = ({ element }) => element.closest("td, div, body").getBoundingClientRect().width;
  const isBeside = (one, other) => one.right <= other.left + TOLERANCE || other.right <= one.left + TOLERANCE;
  const isLevel = (one, other) => one.top < other.bottom && other.top < one.bottom;
  const nearestPicture = (alt, box) =>
    [...document.images]
      .filter((image) => key(image.alt) === key(alt))
      .map((image) => image.getBoundingClientRect())
      .sort((one, other) => Math.abs(one.top - box.top) - Math.abs(other.top - box.top))[0];
  const columns = [];
  let previous = null;
  let from = 0;
  for (const { title, second, picture } of articles) {
    const at = places.findIndex((place, index) => index >= from && place.key === key(title) && isHeading(place));
    if (at < 0) {
      report("missing", title, "no heading says so");
      continue;
    }
    from = at + 1;
    const place = places[at];
    if (second) columns.push({ title, beside: isBeside(previous.box, place.box), width: textWidth(place) });
    if (picture !== null) {
      const box = nearestPicture(picture, place.box);
      const next = places.findIndex((other, index) => index > at && isHeading(other));
      const own = places.slice(at, next < 0 ? undefined : next);
      const level = own.filter((other) => isLevel(box, other.box) && isBeside(box, other.box));
      columns.push({ title, beside: level.length > 0, width: Math.min(...(level.length ? level : own).map(textWidth)) });
    }
    previous = place;
  }
  const lines = places.map(({ text, box }) => ({ text: words(text), box: [box.left, box.top, box.right, box.bottom] }));
  const view = document.scrollingElement;
  return { faults, texts, missingPictures, columns, lines, width: view.scrollWidth };
}
