/** An element of the page that index.html has. */
export function byId<E extends HTMLElement>(id: string, type: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}

/** A new element. Its content is text, whatever is in it: names come from messages, and are never markup. */
export function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  content: string | readonly Node[] = "",
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  if (typeof content === "string") element.textContent = content;
  else element.append(...content);
  return element;
}
