import { html, type TemplateResult } from "lit/html.js";
import { ICONS, type IconName } from "../icons";

/** A drawing for the eye; the name stands beside it or on its button. */
export function icon(name: IconName): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${ICONS[name]} /></svg>`;
}
