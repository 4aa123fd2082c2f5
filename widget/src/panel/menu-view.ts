/** The title bar's menu and the question before a deletion. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Lang } from "../message";
import { LANGUAGE_NAMES, type Strings } from "../strings";
import { icon } from "./icon";

export interface MenuContext {
  readonly strings: Strings;
  readonly lang: Lang;
  readonly isOpen: boolean;
  readonly hasEntries: boolean;
  toggle(): void;
  switchLanguage(lang: Lang): void;
  download(): void;
  remove(): void;
}

export function menuView(context: MenuContext): TemplateResult {
  const { strings, lang, isOpen, hasEntries, toggle } = context;
  const other: Lang = lang === "de" ? "en" : "de";
  return html`<button
      type="button" id="menu-button" class="icon" aria-label=${strings.menu} title=${strings.menu}
      aria-expanded=${isOpen} aria-controls="menu" @click=${toggle}
    >${icon("menu")}</button>
    <ul id="menu" ?hidden=${!isOpen}>
      <li><button type="button" lang=${other} @click=${() => context.switchLanguage(other)}>${icon("language")}${LANGUAGE_NAMES[other]}</button></li>
      ${hasEntries
        ? html`<li><button type="button" id="download" @click=${context.download}>${icon("download")}${strings.download}</button></li>
            <li><button type="button" id="remove" @click=${context.remove}>${icon("remove")}${strings.remove}</button></li>`
        : nothing}
    </ul>`;
}

export function confirmView(strings: Strings, isDeleting: boolean, confirm: () => void, cancel: () => void): TemplateResult {
  return html`<div class="veil">
    <div role="alertdialog" aria-modal="true" aria-labelledby="confirm-title" aria-describedby="confirm-text">
      <h3 id="confirm-title">${strings.confirmTitle}</h3>
      <p id="confirm-text">${strings.confirmText}</p>
      <p class="buttons">
        <button type="button" class="secondary" id="cancel" @click=${cancel}>${strings.cancel}</button>
        <button type="button" class="danger" id="confirm" aria-disabled=${isDeleting} @click=${confirm}>${strings.confirm}</button>
      </p>
    </div>
  </div>`;
}
