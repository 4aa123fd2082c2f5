/** The widget's colours: neutral ones by scheme, and the page's accent made readable on them. */

export type Scheme = "light" | "dark";
type Rgb = readonly [number, number, number];

interface Neutrals {
  readonly surface: string;
  readonly raised: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly edge: string;
  readonly danger: string;
  readonly warn: string;
}

// muted and danger: at least 4.5 : 1 on surface, raised and warn; edge: at least 3 : 1 (borders of controls).
const NEUTRALS: Record<Scheme, Neutrals> = {
  light: {
    surface: "#ffffff", raised: "#f1f4f7", text: "#17212b", muted: "#52606d", line: "#dde3e9", edge: "#7d8a97",
    danger: "#a61b1b", warn: "#fff4e0",
  },
  dark: {
    surface: "#151c23", raised: "#222c36", text: "#eef2f5", muted: "#aab6c2", line: "#34414d", edge: "#7f8d9b",
    danger: "#ffa8a0", warn: "#3a2f1a",
  },
};
export const DEFAULT_ACCENT = "#00557a";
/** Where people have forced colours of their own, those are used by their names. */
const FORCED = `@media(forced-colors:active){:host{${["fill", "on-fill", "muted", "danger", "bar-line"]
  .map((name) => `--${name}:CanvasText`).join(";")};--surface:Canvas}}`;
const MIN_CONTRAST = 4.5;
const STEP = 0.04;

/** The custom properties of a scheme; an accent that is no hex colour is ignored. */
export function palette(scheme: Scheme, accent: string): string {
  const neutrals = NEUTRALS[scheme];
  const { surface } = neutrals;
  const fill = readableOn(neutrals.raised, accent, scheme === "light" ? "#000000" : "#ffffff");
  const bar = scheme === "light"
    ? { bar: fill, "on-bar": surface, "bar-line": fill, "bar-hover": "rgb(0 0 0/.18)" }
    : { bar: neutrals.raised, "on-bar": neutrals.text, "bar-line": neutrals.line, "bar-hover": "rgb(255 255 255/.12)" };
  const properties = Object.entries({ ...neutrals, ...bar, fill, "on-fill": surface });
  return `:host{color-scheme:${scheme};${properties.map(([name, value]) => `--${name}:${value}`).join(";")}}${FORCED}`;
}

/** `colour`, moved towards `pole` just as far as text in it needs to be read on `background`. */
export function readableOn(background: string, colour: string, pole: string): string {
  const start = parse(colour) ?? parse(DEFAULT_ACCENT)!;
  const end = parse(pole)!;
  for (let share = 0; share < 1; share += STEP) {
    const mixed = start.map((part, i) => Math.round(part + (end[i]! - part) * share)) as unknown as Rgb;
    if (contrast(mixed, parse(background)!) >= MIN_CONTRAST) return hex(mixed);
  }
  return pole;
}

function parse(colour: string): Rgb | null {
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(colour.trim())?.[1];
  if (!digits) return null;
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : digits.match(/../g)!;
  return pairs.map((pair) => parseInt(pair, 16)) as unknown as Rgb;
}

function hex(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Contrast as WCAG 2 defines it. */
function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
