/** The list of entries in the log: what is there stays untouched, so that it is read out only once. */

import { render } from "lit/html.js";
import type { Entry } from "../conversation";
import { entryView, type EntryContext } from "./entry-view";

interface Item {
  readonly node: HTMLLIElement;
  entry?: Entry;
  look?: string;
}

export class EntryList {
  readonly element = document.createElement("ol");
  readonly #items = new Map<string, Item>();

  update(entries: readonly Entry[], context: EntryContext): void {
    const ids = new Set(entries.map(({ id }) => id));
    for (const [id, { node }] of this.#items) {
      if (ids.has(id)) continue;
      node.remove();
      this.#items.delete(id);
    }
    const look = context.lang + context.canSend;
    entries.forEach((entry, index) => {
      const item = this.#item(entry);
      if (item.entry !== entry || item.look !== look) {
        Object.assign(item, { entry, look });
        render(entryView(entry, context), item.node);
      }
      const place = this.element.children[index];
      if (place !== item.node) this.element.insertBefore(item.node, place ?? null);
    });
  }

  #item({ id, from }: Entry): Item {
    let item = this.#items.get(id);
    if (!item) {
      item = { node: document.createElement("li") };
      item.node.className = from;
      this.#items.set(id, item);
    }
    return item;
  }
}
