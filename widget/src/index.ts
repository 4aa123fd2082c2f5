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

/** The chat of these options, also if they were changed since: a page that runs the same tag twice gets one. */
function findChat(signature: string): ChatElement | undefined {
  const chats = [...document.querySelectorAll<ChatElement>(TAG)];
  return chats.find(({ dataset, madeFor }) => madeFor === signature || signatureOf(dataset) === signature);
}

/** The chat of the script tag. */
function put(options: Options): void {
  const signature = signatureOf(options as Record<string, unknown>);
  if (findChat(signature)) return;
  const chat = namespace.mount(options);
  chat.madeFor = signature;
  keepOnPage(chat, () => !!findChat(signatureOf(chat.dataset)));
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
