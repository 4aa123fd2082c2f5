/** `<bowe-chat>`: the launcher, drawn at once and without the server, and the door to everything else. */

import { html, nothing, render } from "lit/html.js";
import { ChatApi } from "./api";
import { palette, type Scheme } from "./colours";
import { addStyles, isStyled } from "./floor";
import launcherCss from "./launcher.css";
import { ChatPanel } from "./panel/chat-panel";
import { icon } from "./panel/icon";
import { ownServer, scriptTag } from "./script-tag";
import { ATTRIBUTES, readSettings, writeOptions, type Options, type Settings } from "./settings";
import { STRINGS } from "./strings";
import type { Lang } from "./message";
import { Conversation, readKept, type Kept, type Listener } from "./conversation";
import { TabMemory } from "./tab-memory";

const FOCUS_EVENTS = ["focus", "focusin"];
const KEY_EVENTS = ["keydown", "keypress", "keyup"];

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
  /** The signature of the script tag that put it here. */
  madeFor = "";

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
  readonly #prefersDark = matchMedia("(prefers-color-scheme: dark)");

  constructor() {
    super();
    addStyles(this.#root, launcherCss, scriptTag?.nonce);
    this.#setColours = addStyles(this.#root, "", scriptTag?.nonce);
    for (const type of KEY_EVENTS) this.#root.addEventListener(type, keepKey);
  }

  connectedCallback(): void {
    this.#read();
    this.#memory = new TabMemory<Kept>(this.#settings.name || this.#settings.server);
    this.#prefersDark.addEventListener("change", this.#paint);
    addEventListener("pageshow", this.#comeBack);
    for (const type of FOCUS_EVENTS) addEventListener(type, this.#keepFocus, true);
    const kept = readKept(this.#memory);
    if (!kept) return;
    this.#lang = kept.lang;
    this.#paint();
    // A chat that was open stays open on the next page, unless it would cover that page.
    if (kept.isOpen && !matchMedia("(max-width: 30em), (max-height: 30em)").matches) void this.#show(false);
  }

  disconnectedCallback(): void {
    this.#prefersDark.removeEventListener("change", this.#paint);
    removeEventListener("pageshow", this.#comeBack);
    for (const type of FOCUS_EVENTS) removeEventListener(type, this.#keepFocus, true);
    this.#memory?.release();
    this.#conversation?.retire();
    this.#panel = this.#conversation = this.#memory = null;
    this.#isOpen = false;
    this.#paint();
  }

  /** Scripts that look for shortcuts ask this of what has the focus, some before they can be stopped. */
  override get isContentEditable(): boolean {
    return this.#panel?.root.activeElement?.localName === "textarea";
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
    (this.#returnTo?.isConnected ? this.#returnTo : this.#root.querySelector("button")!).focus();
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
    if (!isStyled(this.#root)) return;
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
    // Without styles: better no chat than one strewn over the page.
    render(!isStyled(this.#root) ? nothing : html`<section lang=${this.#lang} aria-label=${title || strings.title}>
      <button
        type="button" part="launcher" aria-haspopup="dialog" aria-expanded=${this.#isOpen} ?hidden=${this.#isOpen}
        @click=${this.open}
      >
        ${icon("chat")}<span class="label">${label || strings.launcher}</span>
        <span class="hidden"> (${strings.launcherHint}${this.#isUnread ? `, ${strings.unread}` : nothing})</span>
        <span class="badge" ?hidden=${!this.#isUnread}></span>
      </button>
      ${this.#panel}
    </section>`, this.#root, { host: this });
  };

  /** A page that waited in the back/forward cache does not know what was said, or deleted, on another one since. */
  readonly #comeBack = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted) return;
    this.disconnectedCallback();
    this.connectedCallback();
  };

  /** A modal of the page that fetches the focus back would make the chat a field in which nothing can be typed. */
  readonly #keepFocus = (event: Event): void => {
    if (event.composedPath().includes(this)) event.stopImmediatePropagation();
  };

  #emit(name: string, detail: object): void {
    // At the window these names mean something else (»message« is how frames talk): there they are not heard.
    const stop = (event: Event): void => event.stopPropagation();
    document.addEventListener(name, stop, { once: true });
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
    document.removeEventListener(name, stop);
  }
}

/** What is typed into the chat is no shortcut of the page, and its Tab no business of a dialog of the page. */
function keepKey(event: Event): void {
  const isTyped = (event.composedPath()[0] as Element).localName === "textarea";
  if (isTyped || (event as KeyboardEvent).key === "Tab") event.stopPropagation();
}
