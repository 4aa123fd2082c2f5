/** What the script tag runs: registers `<bowe-chat>`, puts one on the page, offers `window.BoWEChat`. */

import { ChatElement } from "./chat-element";
import { isSupported } from "./floor";
import { keepOnPage } from "./page-swaps";
import { ChatPanel } from "./panel/chat-panel";
import { ownServer, scriptTag } from "./script-tag";
import { signatureOf, writeOptions, type Options } from "./settings";

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

/** The chat that has these options already: a page that loads the same tag twice gets one. */
function findEqual(options: Options): ChatElement | undefined {
  const wanted = signatureOf(options as Record<string, unknown>);
  return [...document.querySelectorAll<ChatElement>(TAG)].find(({ dataset }) => signatureOf(dataset) === wanted);
}

/** The chat of the script tag. */
function put(options: Options): void {
  if (!findEqual(options)) keepOnPage(namespace.mount(options), () => !!findEqual(options));
}

function start(): void {
  if (!window.BoWEChat) {
    Object.defineProperty(window, "BoWEChat", { value: Object.freeze(namespace) });
    customElements.define("bowe-chat-panel", ChatPanel);
    customElements.define(TAG, ChatElement);
  }
  if (!scriptTag) {
    setTimeout(warn, 1000);
    return;
  }
  // A page that places the element itself, or mounts from JavaScript, says so with data-manual.
  if (scriptTag.dataset.manual !== undefined) return;
  const options: Options = { server: ownServer, ...scriptTag.dataset };
  if (document.body) put(options);
  else document.addEventListener("DOMContentLoaded", () => put(options), { once: true });
}

/** An imported file has no tag to read the settings from, which nobody would guess. */
function warn(): void {
  if (!namespace.element) console.warn("BoWE-Chat: imported, no <script src>: call BoWEChat.mount({ server })");
}

if (isSupported) start();
