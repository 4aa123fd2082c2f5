/** One entry of the conversation, as the content of its list item. Everything a server or a visitor wrote is put in as text, never as markup. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import type { BotEntry, Entry, VisitorEntry } from "../conversation";
import type { Lang, Message } from "../message";
import { STRINGS, standOf, type Strings } from "../strings";
import { splitBlocks, splitLinks } from "../text";
import { timeOf } from "../transcript";
import { icon } from "./icon";

/** What the entries of one conversation have in common. */
export interface EntryContext {
  readonly lang: Lang;
  readonly strings: Strings;
  /** Whether something can be sent now. */
  readonly canSend: boolean;
  resend(entry: VisitorEntry): void;
}

export function entryView(entry: Entry, context: EntryContext): TemplateResult {
  if (entry.from === "widget") return html`${context.strings.renewed}`;
  return entry.from === "visitor" ? visitorView(entry, context) : botView(entry, context);
}

function visitorView(entry: VisitorEntry, { lang, strings, canSend, resend }: EntryContext): TemplateResult {
  return html`<span class="hidden">${strings.you}:</span>
    <div class="bubble" data-delivery=${entry.delivery}><p>${entry.text}</p></div>
    <div class="meta">
      ${entry.delivery === "failed"
        ? html`<span class="failed">${icon("alert")}${strings.failed}</span>
            <button type="button" class="link" aria-disabled=${!canSend} @click=${() => resend(entry)}>${strings.resend}</button>`
        : entry.delivery === "sending"
          ? html`<span aria-hidden="true">${strings.sending}</span>`
          : timeView(entry, lang)}
    </div>`;
}

function botView(entry: BotEntry, { lang, strings }: EntryContext): TemplateResult {
  const { message } = entry;
  return html`<span class="hidden">${strings.assistant}:</span>
    <div class="bubble" data-kind=${message.kind} lang=${message.textLang} dir="auto">
      ${splitBlocks(message.text).map((block) =>
        "items" in block
          ? html`<ul>${block.items.map((item) => html`<li>${linkedText(item, message.lang)}</li>`)}</ul>`
          : html`<p>${linkedText(block.paragraph, message.lang)}</p>`,
      )}
      ${originView(message)}
    </div>
    <div class="meta">${timeView(entry, lang)}</div>`;
}

/** Where the answer comes from and what time it speaks of. */
function originView({ sources, asOf, checked, lang }: Message): TemplateResult | typeof nothing {
  if (!sources.length && !asOf) return nothing;
  const strings = STRINGS[lang];
  return html`<div class="origin">
    ${sources.length === 1
      ? html`<p>${strings.source}: ${sourceLink(sources[0]!, lang)}</p>`
      : sources.length
        ? html`<p>${strings.sources}:</p>
            <ul>${sources.map((source) => html`<li>${sourceLink(source, lang)}</li>`)}</ul>`
        : nothing}
    ${asOf ? html`<p>${standOf(asOf, checked, strings)}</p>` : nothing}
  </div>`;
}

function sourceLink({ title, url }: { title: string; url: string }, lang: Lang): TemplateResult {
  return externalLink(url, html`${title}${icon("external")}`, lang);
}

function linkedText(text: string, lang: Lang): unknown {
  return splitLinks(text).map(({ text, href }) => {
    if (!href) return text;
    return href.startsWith("mailto:") ? html`<a href=${href}>${text}</a>` : externalLink(href, text, lang);
  });
}

function externalLink(href: string, content: unknown, lang: Lang): TemplateResult {
  return html`<a href=${href} target="_blank" rel="noopener noreferrer">${content}<span class="hidden"> (${STRINGS[lang].newTab})</span></a>`;
}

function timeView({ at }: { at: number }, lang: Lang): TemplateResult {
  return html`<time datetime=${new Date(at).toISOString()}>${timeOf(at, lang)}</time>`;
}
