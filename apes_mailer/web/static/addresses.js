// A field that offers the addresses of a list while one types: the combobox pattern of the ARIA practices guide.

const WAIT = 120; // milliseconds without a key before the server is asked
const MOST = 20; // addresses that the server offers at a time

export function addressField({ list, onChoice }) {
  const who = document.getElementById("who");
  const input = document.getElementById("address");
  const options = document.getElementById("addresses");
  const found = document.getElementById("found");
  let chosen = "";
  let active = -1;
  let turn = 0;
  let timer = 0;

  async function search(words) {
    const mine = ++turn;
    const answer = await fetch(`/contacts.json?${new URLSearchParams({ list: list.value, q: words })}`).catch(() => null);
    const body = await answer?.text();
    if (mine !== turn) return null;
    if (!answer?.ok) {
      found.textContent = body ?? "";
      return [];
    }
    const addresses = JSON.parse(body);
    found.textContent = count(addresses.length);
    return addresses;
  }

  function count(number) {
    if (number === 0) return found.dataset.none;
    if (number === 1) return found.dataset.one;
    return (number < MOST ? found.dataset.some : found.dataset.many).replace("%d", number);
  }

  async function offer(words) {
    const addresses = await search(words);
    if (addresses === null) return;
    options.replaceChildren(
      ...addresses.map((address, index) => {
        const option = document.createElement("li");
        option.id = `address-${index}`;
        option.role = "option";
        option.textContent = address;
        option.ariaSelected = String(address === chosen);
        return option;
      }),
    );
    point(-1);
    open(addresses.length > 0 && document.activeElement === input);
  }

  function open(isOpen) {
    options.hidden = !isOpen;
    input.ariaExpanded = String(isOpen);
    if (!isOpen) point(-1);
  }

  /** Move the mark of the keyboard to an option; the focus stays in the field. */
  function point(index) {
    options.children[active]?.classList.remove("active");
    active = index;
    const option = options.children[active];
    option?.classList.add("active");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function choose(address) {
    clearTimeout(timer);
    input.value = address;
    open(false);
    if (address === chosen) return;
    chosen = address;
    onChoice();
  }

  function step(by) {
    if (options.hidden) return offer("");
    const { length } = options.children;
    point(active < 0 && by < 0 ? length - 1 : (active + by + length) % length);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => offer(input.value), WAIT);
  });
  input.addEventListener("keydown", (event) => {
    const keys = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Enter: () => choose(options.children[Math.max(active, 0)]?.textContent ?? input.value.trim()),
      Escape: () => (options.hidden ? choose("") : open(false)),
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  input.addEventListener("click", () => options.hidden && offer(""));
  input.addEventListener("blur", () => open(false));
  // Before the field loses the focus.
  options.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("li");
    if (option) choose(option.textContent);
  });

  return {
    chosen: () => chosen,

    /** Go back to nobody. */
    clear: () => choose(""),

    /** Begin with the first address of the list that was chosen, or with nobody. */
    async restart() {
      who.hidden = !list.value;
      chosen = "";
      input.value = "";
      open(false);
      if (!list.value) return;
      const addresses = (await search("")) ?? [];
      chosen = addresses[0] ?? "";
      input.value = chosen;
    },
  };
}
