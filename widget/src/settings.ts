/** What a web page can set: `data-…` attributes on the script tag or the element, or options from JavaScript. */

import { DEFAULT_ACCENT } from "./colours";
import { parseAddress } from "./floor";
import type { Lang } from "./message";

/** Options of `BoWEChat.mount()` and `configure()`: the `data-…` attributes in camelCase. */
export interface Options {
  server?: string;
  lang?: Lang | "page" | "auto";
  title?: string;
  label?: string;
  position?: "right" | "left";
  accent?: string;
  theme?: "auto" | "light" | "dark";
  privacyUrl?: string;
  contactUrl?: string;
  name?: string;
}

export interface Settings {
  readonly server: string;
  readonly lang: Lang;
  readonly title: string;
  readonly label: string;
  readonly isLeft: boolean;
  readonly accent: string;
  readonly theme: string;
  readonly privacyUrl: string;
  readonly contactUrl: string;
  readonly name: string;
}

const NAMES = [
  "server", "lang", "title", "label", "position", "accent", "theme", "privacyUrl", "contactUrl", "name",
] as const satisfies readonly (keyof Options)[];

export const ATTRIBUTES = NAMES.map((name) => `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);

/** Write `options` onto `element` as attributes; `null` takes one away. */
export function writeOptions(element: HTMLElement, options: { readonly [name: string]: unknown }): void {
  for (const name of NAMES) {
    const value = options[name];
    if (value === null) delete element.dataset[name];
    else if (value !== undefined) element.dataset[name] = String(value);
  }
}

/** What two widgets with the same options have in common; attributes of others (consent tools, optimisers) do not count. */
export function signatureOf(options: { readonly [name: string]: unknown }): string {
  return JSON.stringify(NAMES.map((name) => options[name]));
}

/** The settings that stand on `element`. */
export function readSettings({ dataset }: HTMLElement, defaultServer: string): Settings {
  return {
    server: serverAddress(dataset.server, defaultServer),
    lang: languageOf(dataset.lang),
    title: dataset.title ?? "",
    label: dataset.label ?? "",
    isLeft: /left/.test(dataset.position ?? ""),
    accent: dataset.accent ?? DEFAULT_ACCENT,
    theme: dataset.theme ?? "auto",
    privacyUrl: address(dataset.privacyUrl, /^https?:$/),
    contactUrl: address(dataset.contactUrl, /^(https?|mailto|tel):$/),
    name: dataset.name ?? "",
  };
}

function serverAddress(value: string | undefined, fallback: string): string {
  return (address(value, /^https?:$/) || fallback).replace(/\/+$/, "");
}

/** `value` as an absolute address, empty if it is none of an allowed kind. */
function address(value: string | undefined, protocols: RegExp): string {
  const url = value ? parseAddress(value, document.baseURI) : null;
  return url && protocols.test(url.protocol) ? url.href : "";
}

/** The chosen language, else the page's, else the browser's; who reads neither German nor English gets English. */
function languageOf(choice: string | undefined): Lang {
  if (choice === "de" || choice === "en") return choice;
  const reads = document.documentElement.lang || navigator.language || "de";
  return /^de\b/i.test(reads) ? "de" : "en";
}
