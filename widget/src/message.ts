/** What the visitors' channel sends, checked: nothing that reaches the views has another shape. */

export type Lang = "de" | "en";
export type Kind = "answer" | "clarification" | "fallback" | "smalltalk";

export interface Source {
  readonly title: string;
  readonly url: string;
}

/** A quick reply; `payload` is opaque to the widget. */
export interface Choice {
  readonly title: string;
  readonly payload: string;
}

export interface Message {
  readonly id: string;
  readonly kind: Kind;
  readonly text: string;
  readonly lang: Lang;
  readonly asOf: string;
  readonly sources: readonly Source[];
  readonly choices: readonly Choice[];
  readonly answerId: string | null;
  readonly topic: string | null;
}

type Json = Record<string, unknown>;

/** The messages in a list from the server; what is no message is left out. */
export function readMessages(list: unknown): Message[] {
  return objects(list).flatMap((item) => {
    const text = string(item.text).trim();
    return text ? [readMessage(item, text)] : [];
  });
}

function readMessage(item: Json, text: string): Message {
  return {
    id: string(item.id),
    kind: (["answer", "clarification", "fallback"] as const).find((kind) => kind === item.kind) ?? "smalltalk",
    text,
    lang: item.lang === "en" ? "en" : "de",
    asOf: string(item.as_of),
    sources: objects(item.sources).flatMap(({ title, url }) =>
      isWebAddress(url) ? [{ title: string(title) || url, url }] : [],
    ),
    choices: objects(item.buttons).flatMap(({ title, payload }) =>
      string(title) && string(payload) ? [{ title: string(title), payload: string(payload) }] : [],
    ),
    answerId: string(item.answer_id) || null,
    topic: string(item.topic) || null,
  };
}

/** Whether `value` is an absolute http(s) address: the only kind that becomes a link to a source. */
export function isWebAddress(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\//i.test(value) && URL.canParse(value);
}

function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null) : [];
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}
