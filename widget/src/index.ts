/** What the script tag runs: registers `<bowe-chat>`, puts one on the page, offers `window.BoWEChat`. */

import { ChatElement } from "./chat-element";
import { writeOptions, type Options } from "./settings";

const TAG = "bowe-chat";

/** The widget's one name on the page. */
const namespace = {
  version: VERSION,

  /** Put a chat on the page. Settings are the `data-…` attributes in camelCase. */
  mount(options: Options = {}): ChatElement {
    const element = document.createElement(TAG) as ChatElement;
    writeOptions(element, options as Record<string, unknown>);
    document.body.append(element);
    return element;
  },

  /** The first chat on the page. */
  get element(): ChatElement | null {
    return document.querySelector<ChatElement>(TAG);
  },
};

declare global {
  interface Window {
    BoWEChat?: typeof namespace;
  }
}

/** A page that loads the same tag twice gets one chat. */
function isThereAlready(options: Options): boolean {
  const wanted = JSON.stringify(Object.entries(options).sort());
  return [...document.querySelectorAll<ChatElement>(TAG)].some(
    ({ dataset }) => JSON.stringify(Object.entries(dataset).sort()) === wanted,
  );
}

const script = document.currentScript as HTMLScriptElement | null;
if (!window.BoWEChat) {
  Object.defineProperty(window, "BoWEChat", { value: Object.freeze(namespace) });
  customElements.define(TAG, ChatElement);
}
// A page that places the element itself, or mounts from JavaScript, says so with data-manual.
if (script && script.dataset.manual === undefined) {
  const options: Options = { server: new URL(script.src).origin, ...script.dataset };
  const put = (): void => {
    if (!isThereAlready(options)) window.BoWEChat!.mount(options);
  };
  if (document.body) put();
  else document.addEventListener("DOMContentLoaded", put, { once: true });
}
