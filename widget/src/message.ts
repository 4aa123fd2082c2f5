/** What the visitors' channel sends, checked: nothing that reaches the views has another shape. */

import { parseAddress } from "./floor";

export type Lang = "de" | "en";
export type Kind = "answer" | "signpost" | "clarification" | "fallback" | "smalltalk";

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
  /** The language of labels beside the text. */
  readonly lang: Lang;
  /** The language of the text: another one only where it says that German and English work. */
  readonly textLang: string;
  readonly asOf: string;
  /** The month in which an editor last checked the answer. */
  readonly checked: string;
  /** An emergency is not rated. */
  readonly emergency: boolean;
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
    kind: (["answer", "signpost", "clarification", "fallback"] as const).find((kind) => kind === item.kind) ?? "smalltalk",
    text,
    lang: (string(item.lang) || "de") === "de" ? "de" : "en",
    textLang: string(item.lang) || "de",
    asOf: string(item.as_of),
    checked: string(item.checked),
    emergency: item.emergency === true,
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

/** Whether the message gives what was asked for, so that it can be judged; an emergency is not rated. */
export function isGiven({ kind, emergency }: Message): boolean {
  return (kind === "answer" || kind === "signpost") && !emergency;
}

/** Whether `value` is an absolute http(s) address: the only kind that becomes a link to a source. */
export function isWebAddress(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\//i.test(value) && parseAddress(value) !== null;
}

function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null) : [];
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}
