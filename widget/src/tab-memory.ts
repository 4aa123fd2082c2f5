/** What survives a page change in the same tab: sessionStorage and nothing else. */

const PREFIX = "bowe-chat:";
const taken = new Set<string>();

/** A place in the tab's memory, which no other widget of the page uses as long as it is not released. */
export class TabMemory<T> {
  readonly #key: string;

  constructor(name: string) {
    let key = PREFIX + name;
    for (let count = 2; taken.has(key); count += 1) key = `${PREFIX}${name}:${count}`;
    taken.add(key);
    this.#key = key;
  }

  /** What was kept, `null` if nothing was or the browser forbids it. */
  read(): T | null {
    try {
      return JSON.parse(sessionStorage.getItem(this.#key) ?? "null") as T | null;
    } catch {
      return null;
    }
  }

  /** Keep `value`; without storage the conversation lasts as long as the page. */
  write(value: T): void {
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(value));
    } catch {
      // full or forbidden
    }
  }

  forget(): void {
    try {
      sessionStorage.removeItem(this.#key);
    } catch {
      // forbidden
    }
  }

  /** Leave the place to the next widget; what is kept there stays. */
  release(): void {
    taken.delete(this.#key);
  }
}
