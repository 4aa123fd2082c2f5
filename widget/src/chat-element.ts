/** `<bowe-chat>`: the launcher, drawn at once and without any library, and the door to everything else. */

import { ChatApi } from "./api";
import { palette, type Scheme } from "./colours";
import { addStyles, isStyled } from "./floor";
import { ICONS } from "./icons";
import launcherCss from "./launcher.css";
import { ChatPanel } from "./panel/chat-panel";
import { ownServer, scriptTag } from "./script-tag";
import { ATTRIBUTES, readSettings, writeOptions, type Options, type Settings } from "./settings";
import { STRINGS } from "./strings";
import type { Lang } from "./message";
import { Conversation, readKept, type Kept, type Listener } from "./conversation";
import { TabMemory } from "./tab-memory";

/**
 * The chat on a page.
 *
 * @fires opened - the visitor opened the chat
 * @fires closed - the visitor closed it
 * @fires message - the visitor said something; detail: `{text}`
 * @fires answered - the bot answered; detail: `{messages}`
 * @fires feedback - the visitor judged an answer; detail: `{messageId, answerId, helpful, comment}`
 * @csspart launcher - the button that opens the chat
 * @csspart panel - the conversation
 * @csspart header - its title bar
 */
export class ChatElement extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES;

  #settings!: Settings;
  #lang: Lang = "de";
  #conversation: Conversation | null = null;
  #memory: TabMemory<Kept> | null = null;
  #panel: ChatPanel | null = null;
  #isOpen = false;
  #isUnread = false;
  #isStale = false;
  #returnTo: HTMLElement | null = null;
  readonly #root = this.attachShadow({ mode: "open" });
  readonly #setColours: (css: string) => void;
  readonly #button = document.createElement("button");
  readonly #label = span("label");
  readonly #hint = span("hidden");
  readonly #badge = span("badge");
  readonly #region = document.createElement("section");
  readonly #prefersDark = matchMedia("(prefers-color-scheme: dark)");

  constructor() {
    super();
    addStyles(this.#root, launcherCss, scriptTag?.nonce);
    this.#setColours = addStyles(this.#root, "", scriptTag?.nonce);
    this.#button.type = "button";
    this.#button.setAttribute("part", "launcher");
    this.#button.setAttribute("aria-haspopup", "dialog");
    this.#button.append(icon(ICONS.chat), this.#label, this.#hint, this.#badge);
    this.#button.addEventListener("click", () => this.open());
    this.#region.append(this.#button);
    this.#root.append(this.#region);
  }

  connectedCallback(): void {
    this.#read();
    this.#memory = new TabMemory<Kept>(this.#settings.name || this.#settings.server);
    this.#prefersDark.addEventListener("change", this.#paint);
    this.#region.hidden = !isStyled(this.#root); // better no chat than one strewn over the page
    const kept = readKept(this.#memory);
    if (!kept) return;
    this.#lang = kept.lang;
    this.#paint();
    // A chat that was open stays open on the next page, unless it would cover that page.
    if (kept.isOpen && !matchMedia("(max-width: 30em), (max-height: 30em)").matches) void this.#show(false);
  }

  disconnectedCallback(): void {
    this.#prefersDark.removeEventListener("change", this.#paint);
    this.#memory?.release();
    this.#panel?.remove();
    this.#panel = this.#conversation = this.#memory = null;
    this.#isOpen = false;
    this.#button.hidden = false;
  }

  attributeChangedCallback(): void {
    // Several attributes set in a row are read once.
    if (!this.isConnected || this.#isStale) return;
    this.#isStale = true;
    queueMicrotask(() => {
      this.#isStale = false;
      if (this.isConnected) this.#read();
    });
  }

  /** Whether the conversation is shown. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Show the conversation and move the focus into it. */
  async open(): Promise<void> {
    if (this.#isOpen || !this.isConnected) return;
    const focused = document.activeElement;
    this.#returnTo = focused instanceof HTMLElement && focused !== this && focused !== document.body ? focused : null;
    await this.#show(true);
    this.#emit("opened", {});
  }

  /** Hide the conversation and give the focus back. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#conversation) {
      this.#conversation.isOpen = false;
      this.#conversation.keep();
    }
    this.#paint();
    this.#panel?.hide();
    (this.#returnTo?.isConnected ? this.#returnTo : this.#button).focus();
    this.#emit("closed", {});
  }

  /** Open or close. */
  toggle(): void {
    if (this.#isOpen) this.close();
    else void this.open();
  }

  /** Say `text` in the visitor's name; opens the chat. */
  async send(text: string): Promise<void> {
    await this.open();
    await this.#conversation?.start();
    await this.#conversation?.say(text);
  }

  /** Change settings; `null` takes one back. */
  configure(options: Options): void {
    writeOptions(this, options as Record<string, unknown>);
  }

  async #show(takesFocus: boolean): Promise<void> {
    this.#isOpen = true;
    this.#isUnread = false;
    const panel = this.#makePanel();
    this.#conversation!.isOpen = true;
    this.#paint();
    await panel.show(takesFocus);
    this.#conversation?.keep();
  }

  /** The panel; it is made, and the server asked, only when the visitor wants it. */
  #makePanel(): ChatPanel {
    if (this.#panel) return this.#panel;
    this.#conversation = new Conversation(new ChatApi(this.#settings.server), this.#memory!, this.#listener(), this.#lang);
    const panel = new ChatPanel();
    panel.conversation = this.#conversation;
    panel.settings = this.#settings;
    panel.setAttribute("exportparts", "panel, header");
    panel.addEventListener("close-wanted", () => this.close());
    this.#region.append(panel);
    this.#panel = panel;
    return panel;
  }

  #listener(): Listener {
    return {
      changed: () => {
        const lang = this.#conversation?.lang ?? this.#lang;
        if (lang !== this.#lang) {
          this.#lang = lang;
          this.#paint();
        }
        this.#panel?.requestUpdate();
      },
      said: (text) => this.#emit("message", { text }),
      answered: (messages) => {
        this.#isUnread = !this.#isOpen;
        this.#paint();
        this.#emit("answered", { messages });
      },
      rated: ({ id, answerId }, helpful, comment) =>
        this.#emit("feedback", { messageId: id, answerId, helpful, comment }),
    };
  }

  #read(): void {
    const before = this.#settings;
    this.#settings = readSettings(this, ownServer);
    if (before?.lang !== this.#settings.lang) {
      this.#lang = this.#settings.lang;
      if (this.#conversation) this.#conversation.lang = this.#lang;
    }
    if (this.#panel) this.#panel.settings = this.#settings;
    this.#paint();
  }

  readonly #paint = (): void => {
    const { theme, accent, title, label } = this.#settings;
    const strings = STRINGS[this.#lang];
    const scheme: Scheme = theme === "dark" || (theme !== "light" && this.#prefersDark.matches) ? "dark" : "light";
    this.#setColours(palette(scheme, accent));
    this.#region.lang = this.#lang;
    this.#region.setAttribute("aria-label", title || strings.title);
    this.#label.textContent = label || strings.launcher;
    this.#hint.textContent = ` (${strings.launcherHint}${this.#isUnread ? `, ${strings.unread}` : ""})`;
    this.#badge.hidden = !this.#isUnread;
    this.#button.hidden = this.#isOpen;
    this.#button.setAttribute("aria-expanded", String(this.#isOpen));
  };

  #emit(name: string, detail: object): void {
    // At the window these names mean something else (»message« is how frames talk): there they are not heard.
    const stop = (event: Event): void => event.stopPropagation();
    document.addEventListener(name, stop, { once: true });
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
    document.removeEventListener(name, stop);
  }
}

function span(className: string): HTMLSpanElement {
  const element = document.createElement("span");
  element.className = className;
  return element;
}

function icon(path: string): SVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const drawing = document.createElementNS(namespace, "path");
  drawing.setAttribute("d", path);
  svg.append(drawing);
  return svg;
}
