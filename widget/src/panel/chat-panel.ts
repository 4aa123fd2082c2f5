/** `<bowe-chat-panel>`: the conversation as people see, hear and operate it. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import { MAX_CHARS, type Conversation, type Outcome, type VisitorEntry } from "../conversation";
import { addStyles } from "../floor";
import type { Choice, Lang } from "../message";
import { scriptTag } from "../script-tag";
import type { Settings } from "../settings";
import { ASK_LANGUAGE, ASK_SIMPLER, STRINGS, type Strings } from "../strings";
import { countChars } from "../text";
import { saveAsFile, transcriptOf } from "../transcript";
import { Countdown, Network, Patience } from "./clock";
import { EntryList } from "./entry-list";
import { followUpView } from "./follow-up-view";
import { icon } from "./icon";
import { LitView } from "./lit-view";
import { confirmView, menuView } from "./menu-view";
import panelCss from "./panel.css";
import { Stage } from "./stage";
import { troubleView } from "./trouble-view";

type State = Pick<ChatPanel, "isMenuOpen" | "isConfirming" | "announcement">;

/** From so few characters left on, the counter is shown. */
const COUNTER_FROM = 100;
/** What is left when the counter is read out; at every key it would only disturb. */
const COUNTER_SPOKEN = [100, 50, 20, 10, 0];

/**
 * @fires close-wanted - the visitor wants to close the chat
 * @csspart panel - the dialog
 * @csspart header - its title bar
 */
export class ChatPanel extends LitView {
  conversation!: Conversation;
  isMenuOpen = false;
  isConfirming = false;
  /** What a screen reader says beside the messages themselves. */
  announcement = "";

  readonly #stage = new Stage(this);
  readonly #patience = new Patience(this, [1, 8]);
  readonly #countdown = new Countdown(this, () => this.#goOn(this.#strings.free));
  readonly #list = new EntryList();
  #settings!: Settings;
  #seen = "";

  constructor() {
    super();
    addStyles(this.root, panelCss, scriptTag?.nonce);
    new Network(this, (isOnline) => this.#networkChanged(isOnline));
  }

  set settings(settings: Settings) {
    this.#settings = settings;
    this.dataset.side = settings.isLeft ? "left" : "right";
    this.requestUpdate();
  }

  /** Show the conversation, and begin it if there is none. */
  async show(takesFocus: boolean): Promise<void> {
    await this.updateComplete;
    this.#stage.enter(this.#dialog);
    this.#seen = "";
    this.requestUpdate();
    if (takesFocus) this.#focusEntrance();
    void this.conversation.start();
  }

  hide(): void {
    this.#set({ isMenuOpen: false, isConfirming: false });
    this.#stage.leave();
  }

  /** Take over what the conversation says about itself. */
  #attend(): void {
    this.#patience.set(this.conversation.isBusy);
    this.#countdown.set(this.conversation.trouble?.until);
  }

  override render(): TemplateResult {
    this.#attend();
    const { conversation } = this;
    const settings = this.#settings;
    const { lang, trouble, entries } = conversation;
    const strings = this.#strings;
    this.#list.update(entries, { lang, strings, canSend: this.#canSend, resend: this.#resend });
    return html`<dialog
      part="panel" lang=${lang} aria-labelledby="title" aria-describedby="subtitle"
      @keydown=${this.#onKey} @cancel=${this.#onCancel} @click=${this.#onClick}
    >
      <header part="header" ?inert=${this.isConfirming}>
        <span class="mark">${icon("chat")}</span>
        <div class="names">
          <h2 id="title">${settings.title || strings.title}</h2>
          <p id="subtitle">${strings.subtitle}</p>
        </div>
        ${menuView({
          strings, lang, isOpen: this.isMenuOpen, hasEntries: entries.length > 0,
          toggle: () => this.#set({ isMenuOpen: !this.isMenuOpen }),
          switchLanguage: (other) => this.#switchLanguage(other),
          download: () => this.#download(),
          remove: () => this.#askToDelete(),
        })}
        <button type="button" id="close" class="icon" aria-label=${strings.close} title=${strings.close} @click=${this.#close}>
          ${icon("close")}
        </button>
      </header>
      <div class="scroll" tabindex="0" role="group" aria-label=${strings.history} ?inert=${this.isConfirming}>
        <div role="log" aria-live="polite" aria-label=${strings.history}>
          ${this.#list.element}
        </div>
        ${this.#waitingView(strings)}
        ${conversation.isBusy ? nothing : followUpView({
          strings, lang, answers: conversation.answers, choices: conversation.choices, isSimple: this.#isSimple,
          choose: (choice) => this.#choose(choice),
          say: (text) => this.#say(text),
          switchLanguage: (other) => this.#switchLanguage(other),
          rate: (helpful) => this.#rate(helpful),
          comment: (event) => this.#comment(event),
        })}
        ${conversation.wasDeleted
          ? html`<div class="empty"><p>${strings.deleted}</p>
              <button type="button" class="secondary" id="restart" @click=${this.#restart}>${strings.restart}</button></div>`
          : nothing}
      </div>
      <div role="alert" ?inert=${this.isConfirming}>${trouble
        ? troubleView(trouble, strings, this.#countdown.secondsLeft, this.#countdown.secondsInAll, settings.contactUrl,
            entries.length ? null : () => void conversation.start())
        : nothing}</div>
      ${this.#composerView(strings)}
      <p class="hidden" role="status">${this.#spoken(strings)}</p>
      ${this.isConfirming
        ? confirmView(strings, conversation.activity === "deleting", () => this.#delete(), () => this.#endConfirming())
        : nothing}
    </dialog>`;
  }

  #composerView(strings: Strings): TemplateResult {
    const { conversation } = this;
    const { privacyUrl } = this.#settings;
    const left = MAX_CHARS - countChars(conversation.draft.trim());
    const error = left < 0 ? strings.tooLong(-left) : conversation.fieldError;
    return html`<div class="composer" ?inert=${this.isConfirming}>
      <form @submit=${this.#onSubmit}>
        <label class="hidden" for="field">${strings.field}</label>
        <div class="box" ?data-invalid=${error}>
          <textarea
            id="field" rows="1" placeholder=${strings.placeholder} enterkeyhint="send" autocomplete="off"
            .value=${conversation.draft} aria-invalid=${error ? "true" : "false"} aria-describedby="field-note"
            @input=${this.#onInput}
          ></textarea>
          <button type="submit" class="send" aria-label=${strings.send} title=${strings.send} aria-disabled=${!this.#canSend}>
            ${icon("send")}
          </button>
        </div>
        <p id="field-note" class=${error ? "error" : "count"}>${error
          ? html`${icon("alert")}${error}`
          : left <= COUNTER_FROM ? strings.left(left) : nothing}</p>
      </form>
      <footer>
        <button type="button" class="link" id="person" @click=${() => this.#say(strings.askPerson)}>
          ${icon("person")}${strings.person}
        </button>
        ${privacyUrl
          ? html`<a class="link" href=${privacyUrl} target="_blank" rel="noopener">${strings.privacy}<span
              class="hidden"> (${strings.newTab})</span></a>`
          : nothing}
      </footer>
    </div>`;
  }

  #waitingView(strings: Strings): TemplateResult | typeof nothing {
    const { activity } = this.conversation;
    if (activity !== "starting" && activity !== "asking") return nothing;
    return html`<div class="waiting" aria-hidden="true">
      <span class="dots"><i></i><i></i><i></i></span>
      ${this.#patience.stage === 2 ? strings.slow : activity === "starting" ? strings.starting : strings.searching}
    </div>`;
  }

  /** What the status line says: a long wait, else the last announcement. */
  #spoken(strings: Strings): string {
    if (this.#patience.stage) return this.#patience.stage === 2 ? strings.slow : strings.searching;
    return this.announcement;
  }

  protected override updated(): void {
    this.#grow();
    const { conversation } = this;
    const state = `${conversation.entries.at(-1)?.id}${conversation.activity}${conversation.wasDeleted}`;
    if (state === this.#seen) return;
    this.#seen = state;
    this.#scroll();
  }

  /** The text field grows with what is typed; browsers without `field-sizing` cannot do that on their own. */
  #grow(): void {
    if (CSS.supports("field-sizing", "content")) return;
    const { style } = this.#field;
    style.height = "auto";
    style.height = `${this.#field.scrollHeight}px`;
  }

  /** Show the end of the conversation, but not past the beginning of what the visitor said last. */
  #scroll(): void {
    const last = [...this.root.querySelectorAll<HTMLElement>("li.visitor")].at(-1);
    for (const box of [this.#scroller, this.#dialog]) {
      const top = last ? last.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - 12 : Infinity;
      box.scrollTop = Math.min(top, box.scrollHeight);
    }
  }

  // What the visitor does

  readonly #onInput = ({ target }: InputEvent): void => {
    const { value } = target as HTMLTextAreaElement;
    this.conversation.draft = value;
    this.conversation.keep();
    const left = MAX_CHARS - countChars(value.trim());
    if (COUNTER_SPOKEN.includes(left)) this.announcement = this.#strings.left(left);
    else if (left === -1) this.announcement = this.#strings.tooLong(1);
    this.conversation.fieldError = "";
    this.requestUpdate();
  };

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    const text = this.conversation.draft.trim();
    if (!text) {
      this.#complain(this.#strings.empty);
      this.#field.focus();
      return;
    }
    if (!this.#canSend || countChars(text) > MAX_CHARS) return;
    this.conversation.draft = "";
    this.#say(text);
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const isField = (event.target as HTMLElement).id === "field";
    // An input method ends its word with these keys, too; Safari says so by the old number only.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && isField && !event.shiftKey) this.#onSubmit(event);
    if (event.key === "Tab" && this.isConfirming) {
      event.preventDefault(); // where the browser knows no `inert`, the question would be left behind
      this.#find(this.root.activeElement?.id === "cancel" ? "#confirm" : "#cancel").focus();
    }
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation(); // the page's own dialogs stay
      this.#stepBack();
    }
  };

  /** Escape, or »back« on a phone: the innermost thing that is open closes. */
  #stepBack(): void {
    if (this.isConfirming) this.#endConfirming();
    else if (this.isMenuOpen) this.#closeMenu();
    else this.#close();
  }

  readonly #onCancel = (event: Event): void => {
    event.preventDefault();
    this.#stepBack();
  };

  readonly #onClick = (event: Event): void => {
    const isInMenu = event.composedPath().some((node) => /^menu/.test((node as HTMLElement).id ?? ""));
    if (!isInMenu && this.isMenuOpen) this.#set({ isMenuOpen: false });
  };

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent("close-wanted"));
  };

  readonly #restart = (): void => {
    this.announcement = "";
    void this.conversation.restart();
    this.#focusEntrance();
  };

  #closeMenu(): void {
    this.#set({ isMenuOpen: false });
    this.#find("#menu-button").focus();
  }

  #say(text: string, payload?: string): void {
    if (!this.#canSend) return;
    this.announcement = "";
    void this.conversation.say(text, payload);
    this.#focusEntrance(); // what was pressed may be gone now
  }

  #choose({ title, payload }: Choice): void {
    this.#say(title, payload);
  }

  readonly #resend = (entry: VisitorEntry): void => {
    if (!this.#canSend) return;
    void this.conversation.resend(entry);
    this.#focusEntrance();
  };

  #switchLanguage(lang: Lang): void {
    this.isMenuOpen = false;
    this.conversation.lang = lang;
    this.conversation.keep();
    this.conversation.listener.changed();
    if (this.conversation.entries.length) this.#say(ASK_LANGUAGE[lang]);
    this.#focusEntrance();
  }

  async #rate(helpful: boolean): Promise<void> {
    const { answers } = this.conversation;
    if (answers[0]?.helpful === helpful) return;
    const kept = this.conversation.rate(answers, helpful);
    await this.updateComplete;
    this.#find(".follow-up").scrollIntoView({ block: "nearest" });
    if ((await kept) === "kept") this.#set({ announcement: this.#strings.thanks });
    else this.#complainOf(await kept);
  }

  async #comment(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const text = String(new FormData(event.target as HTMLFormElement).get("comment")).trim();
    if (!text) return;
    const { answers } = this.conversation;
    const outcome = await this.conversation.rate(answers, answers[0]!.helpful!, text);
    if (outcome === "kept") {
      await this.updateComplete;
      this.#find(".thanks").focus();
    } else this.#complainOf(outcome);
  }

  #download(): void {
    this.#closeMenu();
    const { entries, lang } = this.conversation;
    const strings = this.#strings;
    const text = transcriptOf(entries, this.#settings.title || strings.title, strings, lang);
    saveAsFile(text, `${strings.fileName}-${new Date().toISOString().slice(0, 10)}.txt`);
  }

  async #askToDelete(): Promise<void> {
    this.#set({ isMenuOpen: false, isConfirming: true });
    await this.updateComplete;
    this.#find("#cancel").focus();
  }

  async #endConfirming(): Promise<void> {
    this.#set({ isConfirming: false });
    await this.updateComplete;
    this.#find("#menu-button").focus();
  }

  async #delete(): Promise<void> {
    if (this.conversation.activity === "deleting") return;
    const isDeleted = await this.conversation.delete();
    await this.#endConfirming();
    if (!isDeleted) return this.#complain(this.#strings.notDeleted);
    this.#set({ announcement: this.#strings.deleted });
    this.#find("#restart").focus();
  }

  /** Say that a judgement was not kept, and to try again only where that can help. */
  #complainOf(outcome: Outcome): void {
    this.#complain(outcome === "refused" ? this.#strings.notSavable : this.#strings.notSaved);
  }

  /** Show an error at the text field and say it. */
  #complain(error: string): void {
    this.conversation.fieldError = error;
    this.#set({ announcement: error });
  }

  #set(part: Partial<State>): void {
    Object.assign(this, part);
    this.requestUpdate();
  }

  // What the world does

  /** Browsers behind a VPN or a virtual adapter may say »offline« while all works. */
  async #networkChanged(isOnline: boolean): Promise<void> {
    if (!isOnline) {
      if (!(await this.conversation.api.isReachable()) && !navigator.onLine) this.conversation.goOffline();
    } else if (this.conversation.trouble?.code === "offline") this.#goOn(this.#strings.online);
  }

  #goOn(announcement: string): void {
    this.announcement = announcement;
    this.conversation.clearTrouble();
    void this.conversation.start();
  }

  get #strings(): Strings {
    return STRINGS[this.conversation.lang];
  }

  get #canSend(): boolean {
    return !this.conversation.isBusy && !this.conversation.isLimited;
  }

  get #isSimple(): boolean {
    const said = this.conversation.entries.filter((entry): entry is VisitorEntry => entry.from === "visitor");
    return said.at(-1)?.text === ASK_SIMPLER;
  }

  /** Where typing goes on; on a touch screen the keyboard would cover the answer, so there it is the conversation. */
  #focusEntrance(): void {
    (matchMedia("(pointer: coarse)").matches ? this.#scroller : this.#field).focus({ preventScroll: true });
  }

  get #dialog(): HTMLDialogElement {
    return this.#find("dialog");
  }

  get #scroller(): HTMLElement {
    return this.#find(".scroll");
  }

  get #field(): HTMLTextAreaElement {
    return this.#find("#field");
  }

  #find<Found extends HTMLElement>(selector: string): Found {
    return this.root.querySelector<Found>(selector)!;
  }
}
