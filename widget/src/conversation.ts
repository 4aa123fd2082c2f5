/** One conversation: what was said, what is under way, what went wrong. Knows nothing of how it looks. */

import { RequestError, type ChatApi, type Saying } from "./api";
import { isGiven, type Choice, type Lang, type Message } from "./message";
import type { TabMemory } from "./tab-memory";

/** Older entries are let go, so that a long conversation does not fill the tab's memory. */
const MAX_ENTRIES = 200;
export const MAX_CHARS = 500;

export interface VisitorEntry {
  readonly from: "visitor";
  readonly id: string;
  readonly at: number;
  readonly text: string;
  readonly payload?: string;
  readonly delivery: "sending" | "sent" | "failed";
}

export interface BotEntry {
  readonly from: "bot";
  readonly id: string;
  readonly at: number;
  readonly message: Message;
  /** The visitor's judgement; `undefined` without one. */
  readonly helpful: boolean | undefined;
  readonly commented: boolean;
}

/** A remark of the widget itself: an expired session was replaced. */
export interface NoteEntry {
  readonly from: "widget";
  readonly id: string;
  readonly at: number;
}

export type Entry = VisitorEntry | BotEntry | NoteEntry;
export type Activity = "none" | "starting" | "asking" | "deleting";

/** What became of a judgement; one that was refused would be refused again. */
export type Outcome = "kept" | "failed" | "refused";

/** The refusals that pass. */
const PASSING = /^(offline|rate_limited|unavailable|unreachable)$/;

/** Why nothing goes on; `text` is the server's own sentence, `until` when a limit ends (epoch, milliseconds). */
export interface Trouble {
  readonly code: string;
  readonly text: string;
  readonly until?: number;
}

/** Whom the conversation tells what happens. */
export interface Listener {
  changed(): void;
  said(text: string): void;
  answered(messages: readonly Message[]): void;
  rated(message: Message, helpful: boolean, comment: string): void;
}

/** What survives a page change. */
export interface Kept {
  readonly version: 1;
  readonly token: string;
  readonly lang: Lang;
  readonly entries: readonly Entry[];
  readonly draft: string;
  readonly isOpen: boolean;
}

/** What `memory` kept of a conversation, `null` if there is nothing or something else. */
export function readKept(memory: TabMemory<Kept>): Kept | null {
  const kept = memory.read();
  const isOurs = kept?.version === 1 && typeof kept.draft === "string" && Array.isArray(kept.entries) &&
    kept.entries.every((entry) => entry?.id &&
      (entry.from === "bot" ? entry.message?.choices && entry.message.sources : entry.from === "widget" || entry.text));
  return isOurs ? kept : null;
}

export class Conversation {
  entries: readonly Entry[] = [];
  activity: Activity = "none";
  trouble: Trouble | null = null;
  /** What is wrong with the text field; a refusal of what stood there, or what the panel found. */
  fieldError = "";
  wasDeleted = false;
  lang: Lang;
  /** What stands in the text field. */
  draft = "";
  isOpen = false;

  #token = "";
  #start = Promise.resolve();
  #count = 0;
  // Raised by a deletion: what was asked before it is not answered any more.
  #epoch = 0;

  constructor(
    readonly api: ChatApi,
    readonly memory: TabMemory<Kept>,
    readonly listener: Listener,
    lang: Lang,
  ) {
    this.lang = lang;
    const kept = readKept(memory);
    if (!kept) return;
    this.#token = kept.token;
    this.lang = kept.lang;
    this.entries = kept.entries.map((entry) =>
      entry.from === "visitor" && entry.delivery === "sending" ? { ...entry, delivery: "failed" } : entry,
    );
    this.draft = kept.draft;
    this.isOpen = kept.isOpen;
  }

  get isBusy(): boolean {
    return this.activity !== "none";
  }

  get isLimited(): boolean {
    return this.trouble?.until !== undefined;
  }

  /** What the bot said since the visitor spoke last. */
  get turn(): readonly BotEntry[] {
    const start = this.entries.map(({ from }) => from).lastIndexOf("visitor");
    return this.entries.slice(start + 1).filter((entry): entry is BotEntry => entry.from === "bot");
  }

  /** The curated answers of this turn: what can be judged. */
  get answers(): readonly BotEntry[] {
    return this.turn.filter(({ message }) => isGiven(message) && message.id);
  }

  /** The quick replies of this turn, each once. */
  get choices(): readonly Choice[] {
    const byPayload = new Map<string, Choice>();
    for (const { message } of this.turn) {
      for (const choice of message.choices) if (!byPayload.has(choice.payload)) byPayload.set(choice.payload, choice);
    }
    return [...byPayload.values()];
  }

  /** Begin with the greeting, unless there is a conversation already. */
  async start(): Promise<void> {
    if (this.activity === "starting") return this.#start;
    if (this.isBusy || this.isLimited || this.entries.length || this.wasDeleted) return;
    this.#start = this.#attempt("starting", () => this.#openSession(true)).then(() => {});
    await this.#start;
  }

  /** Begin anew after a deletion. */
  async restart(): Promise<void> {
    this.wasDeleted = false;
    await this.start();
  }

  /** Say a text, or press a quick reply. */
  async say(text: string, payload?: string): Promise<void> {
    if (this.isBusy || this.isLimited || !text.trim()) return;
    this.wasDeleted = false;
    const entry: VisitorEntry = {
      from: "visitor", id: this.#newId(), at: Date.now(), text: text.trim(), payload, delivery: "sending",
    };
    this.#append(entry);
    this.listener.said(entry.text);
    await this.#deliver(entry);
  }

  /** Send again what did not arrive. */
  async resend(entry: VisitorEntry): Promise<void> {
    if (!this.isBusy && !this.isLimited) await this.#deliver(entry);
  }

  /** Judge the answers of this turn. */
  async rate(answers: readonly BotEntry[], helpful: boolean, comment = ""): Promise<Outcome> {
    const epoch = this.#epoch;
    for (const { id } of answers) this.#replace(id, { helpful, commented: comment !== "" });
    try {
      for (const { message } of answers) {
        await this.api.rate(this.#token, message.id, helpful, comment, this.lang);
        this.listener.rated(message, helpful, comment);
      }
      return "kept";
    } catch (error) {
      if (epoch === this.#epoch) for (const entry of answers) this.#replace(entry.id, entry);
      return error instanceof RequestError && !PASSING.test(error.code) ? "refused" : "failed";
    }
  }

  /** Delete everything, here and on the server. Returns whether that was possible. */
  async delete(): Promise<boolean> {
    if (this.activity === "deleting") return false;
    this.#epoch += 1; // an answer that is still on its way finds nobody
    this.activity = "deleting";
    this.memory.forget(); // who leaves the page now must not meet it on the next one
    this.listener.changed();
    const isGone = !this.#token || (await this.#deleteOnServer());
    this.activity = "none";
    if (isGone) {
      this.#token = "";
      this.entries = [];
      this.draft = this.fieldError = "";
      this.trouble = null;
      this.wasDeleted = true;
    } else {
      this.entries = this.entries.map((entry) =>
        entry.from === "visitor" && entry.delivery === "sending" ? { ...entry, delivery: "failed" } : entry,
      );
      this.keep();
    }
    this.listener.changed();
    return isGone;
  }

  /** The waiting time is over, or the network is back. */
  clearTrouble(): void {
    this.trouble = null;
    this.listener.changed();
  }

  /** This device has lost its network. */
  goOffline(): void {
    this.trouble = { code: "offline", text: "" };
    this.listener.changed();
  }

  /** Another one takes over from the tab's memory: what is still on its way finds nobody. */
  retire(): void {
    this.#epoch += 1;
  }

  /** Keep the conversation for the next page. */
  keep(): void {
    if (!this.#token && !this.entries.length && !this.draft) return;
    const { lang, entries, draft, isOpen } = this;
    this.memory.write({ version: 1, token: this.#token, lang, entries, draft, isOpen });
  }

  async #deleteOnServer(): Promise<boolean> {
    try {
      await this.api.deleteConversation(this.#token, this.lang);
      return true;
    } catch (error) {
      return error instanceof RequestError && error.code === "session_unknown"; // it is gone already
    }
  }

  async #deliver(entry: VisitorEntry): Promise<void> {
    this.#replace(entry.id, { delivery: "sending" });
    const isDelivered = await this.#attempt("asking", async (isCurrent) => {
      const messages = await this.#ask(entry);
      if (!isCurrent()) return;
      this.#replace(entry.id, { delivery: "sent" });
      this.#hear(messages);
    });
    if (isDelivered) return;
    if (this.fieldError) {
      this.entries = this.entries.filter(({ id }) => id !== entry.id);
      this.draft ||= entry.text;
    } else {
      this.#replace(entry.id, { delivery: "failed" });
    }
    this.#changed();
  }

  async #ask({ text, payload }: VisitorEntry): Promise<Message[]> {
    if (!this.#token) await this.#openSession(this.entries.every(({ from }) => from === "visitor"));
    const saying: Saying = payload ? { payload } : { message: text };
    try {
      return await this.api.say(this.#token, saying, this.lang);
    } catch (error) {
      const code = error instanceof RequestError && error.code;
      if (code === "session_unknown") await this.#renewSession();
      else if (code !== "payload_not_offered" || !payload) throw error;
      return this.api.say(this.#token, { message: text }, this.lang); // a new session offered no buttons yet
    }
  }

  async #renewSession(): Promise<void> {
    await this.#openSession(false);
    this.#append({ from: "widget", id: this.#newId(), at: Date.now() });
  }

  async #openSession(withGreeting: boolean): Promise<void> {
    const epoch = this.#epoch;
    const { token, messages } = await this.api.openSession(this.lang);
    if (epoch !== this.#epoch) {
      this.api.deleteConversation(token, this.lang).catch(() => {}); // nobody waits for it any more
      return;
    }
    this.#token = token;
    if (withGreeting) this.#greet(messages);
  }

  #greet(messages: readonly Message[]): void {
    this.entries = [...messages.map((message) => this.#botEntry(message)), ...this.entries];
    this.#changed();
  }

  #hear(messages: readonly Message[]): void {
    this.entries = [...this.entries, ...messages.map((message) => this.#botEntry(message))].slice(-MAX_ENTRIES);
    this.#changed();
    this.listener.answered(messages);
  }

  /** Run a task that talks to the server; what goes wrong becomes the `trouble`. Returns whether it went well. */
  async #attempt(activity: Activity, task: (isCurrent: () => boolean) => Promise<void>): Promise<boolean> {
    const epoch = this.#epoch;
    const isCurrent = () => epoch === this.#epoch;
    this.activity = activity;
    this.trouble = null;
    this.fieldError = "";
    this.#changed();
    try {
      await task(isCurrent);
      return true;
    } catch (error) {
      if (!isCurrent()) return true;
      this.#note(error);
      return false;
    } finally {
      if (isCurrent()) {
        this.activity = "none";
        this.#changed();
      }
    }
  }

  #note(error: unknown): void {
    const { code, text, retryAfterSeconds } =
      error instanceof RequestError ? error : new RequestError("unreachable");
    if (/^message_/.test(code)) this.fieldError = text || code;
    else if (code === "rate_limited") {
      this.trouble = { code, text, until: Date.now() + Math.max(1, retryAfterSeconds) * 1000 };
    } else this.trouble = { code, text };
  }

  #append(entry: Entry): void {
    this.entries = [...this.entries, entry].slice(-MAX_ENTRIES);
    this.#changed();
  }

  #replace(id: string, part: Partial<VisitorEntry> | Partial<BotEntry>): void {
    this.entries = this.entries.map((entry) => (entry.id === id ? ({ ...entry, ...part } as Entry) : entry));
    this.#changed();
  }

  #changed(): void {
    this.keep();
    this.listener.changed();
  }

  #botEntry(message: Message): BotEntry {
    return { from: "bot", id: this.#newId(), at: Date.now(), message, helpful: undefined, commented: false };
  }

  #newId(): string {
    this.#count += 1;
    return `${Date.now().toString(36)}-${this.#count}`;
  }
}
