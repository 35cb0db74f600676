// What programs do to the colours of a letter when they show it in the dark; only declared colours are touched, as
// there. `mode` is one of:
//   "partly inverted"  light backgrounds and dark texts change places (Gmail on Android)
//   "inverted"         every colour does (Gmail on iOS, Outlook for Windows)
//   "outlook.com"      as "partly inverted", with the attributes that a letter's own palette can ask for
//   "unchanged"        the letter keeps its colours in a window that is dark
// The lightness is that of CIELAB; white becomes the dark grey of those programs, never black.
(mode) => {
  const LIGHTNESS_OF_DARK_GREY = 14;
  const everything = mode === "inverted";
  const lightness = (colour) => {
    const swatch = document.createElement("div");
    swatch.style.color = `lab(from ${colour} l a b)`;
    document.body.append(swatch);
    const value = parseFloat(getComputedStyle(swatch).color.slice("lab(".length));
    swatch.remove();
    return value;
  };
  const turned = (colour, least) => {
    const light = Math.max(least, 100 - lightness(colour));
    return `lab(from ${colour} ${light} a b)`;
  };
  const body = document.body;
  if (mode !== "unchanged") {
    const changes = [];
    for (const element of [body, ...body.querySelectorAll("*")]) {
      const style = getComputedStyle(element);
      const hasColour = element.style.color || element.hasAttribute("color");
      const hasBackground = element.style.backgroundColor || element.hasAttribute("bgcolor");
      if (hasColour && (everything || lightness(style.color) < 50)) {
        changes.push([element, "color", turned(style.color, 0)]);
      }
      if (hasBackground && (everything || lightness(style.backgroundColor) > 50)) {
        changes.push([element, "background-color", turned(style.backgroundColor, LIGHTNESS_OF_DARK_GREY)]);
      }
    }
    for (const [element, property, colour] of changes) element.style.setProperty(property, colour);
    body.style.color ||= "#fff";
  }
  if (mode === "outlook.com") for (const name of ["data-ogsc", "data-ogsb"]) body.setAttribute(name, "");
  body.style.backgroundColor ||= `lab(${LIGHTNESS_OF_DARK_GREY} 0 0)`;
}
