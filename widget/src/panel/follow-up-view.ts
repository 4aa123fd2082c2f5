/** What can be done after an answer: judge it, have it told otherwise, go on. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import type { BotEntry } from "../conversation";
import type { Choice, Lang } from "../message";
import { ASK_SIMPLER, LANGUAGE_NAMES, type Strings } from "../strings";
import { icon } from "./icon";

export interface FollowUpContext {
  readonly strings: Strings;
  readonly lang: Lang;
  readonly answers: readonly BotEntry[];
  readonly choices: readonly Choice[];
  /** Whether the answer is the simple one already. */
  readonly isSimple: boolean;
  choose(choice: Choice): void;
  say(text: string): void;
  switchLanguage(lang: Lang): void;
  rate(helpful: boolean): void;
  comment(event: SubmitEvent): void;
}

export function followUpView(context: FollowUpContext): TemplateResult | typeof nothing {
  const { answers, choices, strings } = context;
  if (!answers.length && !choices.length) return nothing;
  return html`<div class="follow-up">
    ${answers.length ? html`<div class="tools">${rateView(context)} ${toldOtherwiseView(context)}</div>${commentView(context)}` : nothing}
    ${choices.length ? choicesView(context, strings) : nothing}
  </div>`;
}

function rateView({ strings, answers, rate }: FollowUpContext): TemplateResult {
  const helpful = answers[0]!.helpful;
  return html`<div class="rate" role="group" aria-label=${strings.wasHelpful}>
    <button type="button" class="tool" aria-pressed=${helpful === true} @click=${() => rate(true)}>
      ${icon("up")}${strings.helpful}
    </button>
    <button type="button" class="tool" aria-pressed=${helpful === false} @click=${() => rate(false)}>
      ${icon("down")}${strings.notHelpful}
    </button>
  </div>`;
}

function toldOtherwiseView({ answers, isSimple, say, switchLanguage }: FollowUpContext): TemplateResult {
  const spoken = answers.at(-1)!.message.lang;
  const other: Lang = spoken === "de" ? "en" : "de";
  return html`${spoken === "de" && !isSimple
      ? html`<button type="button" class="tool" lang="de" @click=${() => say(ASK_SIMPLER)}>${ASK_SIMPLER}</button>`
      : nothing}
    <button type="button" class="tool" lang=${other} @click=${() => switchLanguage(other)}>${LANGUAGE_NAMES[other]}</button>`;
}

function commentView({ strings, answers, comment }: FollowUpContext): TemplateResult | typeof nothing {
  const { helpful, commented } = answers[0]!;
  if (helpful === undefined) return nothing;
  if (commented) return html`<p class="thanks" tabindex="-1">${strings.thanks}</p>`;
  return html`<form class="comment" @submit=${comment}>
    <p class="thanks">${strings.thanks}</p>
    <label for="comment">${strings.comment}</label>
    <textarea id="comment" name="comment" rows="2" maxlength="500" autocomplete="off"></textarea>
    <button type="submit" class="secondary">${strings.sendComment}</button>
  </form>`;
}

function choicesView({ choices, answers, lang, choose }: FollowUpContext, strings: Strings): TemplateResult {
  const spoken = answers.at(-1)?.message.lang ?? lang;
  return html`<ul class="choices" aria-label=${strings.choices}>
    ${choices.map(
      (choice) => html`<li><button type="button" class="choice" lang=${spoken} @click=${() => choose(choice)}>${choice.title}</button></li>`,
    )}
  </ul>`;
}
