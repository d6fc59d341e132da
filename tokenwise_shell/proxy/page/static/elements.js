// What pages of ours are made with. Everything from outside is set as text.

export const byId = (id) => document.getElementById(id);

export function el(tag, fields = {}, ...children) {
  const made = tag === "svg" || fields.svg ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(fields)) {
    if (name === "onclick" || name === "onsubmit") made[name] = value;
    else if (name !== "svg" && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return made;
}

// Rows keep their elements while their key lasts, so that neither focus nor selection is lost each second.
export function keyed(parent, rows, keyOf, make) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  rows.forEach((row, index) => {
    const key = keyOf(row), text = JSON.stringify(row);
    let child = before.get(key);
    before.delete(key);
    if (!child || child.dataset.text !== text) {
      const busy = child?.contains(document.activeElement) && document.activeElement.tagName === "INPUT";
      if (!busy) {
        const made = make(row), focused = child?.contains(document.activeElement);
        made.dataset.key = key;
        made.dataset.text = text;
        child?.replaceWith(made);
        child = made;
        if (focused) child.querySelector("button")?.focus();
      }
    }
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  for (const child of before.values()) child.remove();
}

// Cents from a dollar on, below that three digits that say something: nothing that was paid is shown as nothing.
export const usd = (nano) => {
  const dollars = nano / 1e9;
  if (dollars === 0) return "$0";
  const digits = Math.abs(dollars) >= 1 ? 2 : Math.min(9, 2 - Math.floor(Math.log10(Math.abs(dollars))));
  return "$" + dollars.toFixed(digits);
};
export const percent = (part, whole) => Math.min(100, whole > 0 ? (100 * part) / whole : 100);
