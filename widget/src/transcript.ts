/** The conversation as a text file. */

import type { Entry } from "./conversation";
import type { Lang, Message } from "./message";
import { standOf, type Strings } from "./strings";

/** What the visitor downloads: every message with its time, source and Stand. */
export function transcriptOf(entries: readonly Entry[], title: string, strings: Strings, lang: Lang): string {
  const day = new Date(entries[0]?.at ?? Date.now()).toLocaleDateString(lang, { dateStyle: "long" });
  const parts = entries.flatMap((entry) => {
    if (entry.from === "widget") return [];
    const [who, lines] = entry.from === "visitor"
      ? [strings.you, [entry.text, ...(entry.delivery === "failed" ? [`(${strings.failed})`] : [])]]
      : [strings.assistant, linesOf(entry.message, strings)];
    return [`${timeOf(entry.at, lang)} – ${who}:\n${lines.join("\n")}`];
  });
  return `${[`${title}\n${strings.subtitle}\n${strings.transcript} ${day}`, ...parts].join("\n\n")}\n`;
}

function linesOf({ text, asOf, checked, sources }: Message, strings: Strings): string[] {
  return [
    text,
    ...sources.map(({ title, url }) => `${strings.source}: ${title} <${url}>`),
    ...(asOf ? [standOf(asOf, checked, strings)] : []),
  ];
}

/** Hour and minute as the reader of `lang` writes them. */
export function timeOf(at: number, lang: Lang): string {
  return new Date(at).toLocaleTimeString(lang === "en" ? "en-GB" : lang, { hour: "2-digit", minute: "2-digit" });
}

/** Give the visitor `text` as a file. */
export function saveAsFile(text: string, fileName: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
