/** Why nothing goes on, and what can be done about it. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import type { Trouble } from "../conversation";
import type { Strings } from "../strings";
import { icon } from "./icon";

/**
 * @param secondsLeft - how long a limit still holds
 * @param secondsInAll - how long it held at first: what is read out, once
 * @param retry - begins the conversation again; `null` while there is one
 */
export function troubleView(
  trouble: Trouble, strings: Strings, secondsLeft: number, secondsInAll: number, contactUrl: string,
  retry: (() => void) | null,
): TemplateResult {
  return html`<div class="trouble" data-code=${trouble.code}>
    ${icon("alert")}
    <div>
      <p>${trouble.until
        ? html`${strings.limited} <span aria-hidden="true">${strings.wait(secondsLeft)}</span><span class="hidden">${strings.wait(secondsInAll)}</span>`
        : trouble.code === "offline" ? strings.offline : trouble.text || strings.unreachable}</p>
      ${(retry && !trouble.until) || contactUrl
        ? html`<p>
            ${retry && !trouble.until ? html`<button type="button" class="secondary" @click=${retry}>${strings.retry}</button>` : nothing}
            ${contactUrl ? html`<a href=${contactUrl}>${strings.contact}</a>` : nothing}
          </p>`
        : nothing}
    </div>
  </div>`;
}
