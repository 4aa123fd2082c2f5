/** What a browser must bring along: Safari and iOS 15.4, Chrome 100, Firefox 100. Below that there is no chat at all. */

/** Whether this browser has what the widget is built on; the youngest parts decide, and each that could be missing. */
export const isSupported =
  "customElements" in window && "HTMLDialogElement" in window && "attachShadow" in Element.prototype &&
  "at" in Array.prototype && "AbortController" in window && "fetch" in window;

/** `value` as an address, `null` if it is none (`URL.canParse` and `URL.parse` are too young). */
export function parseAddress(value: string, base?: string): URL | null {
  try {
    return new URL(value, base);
  } catch {
    return null;
  }
}

/**
 * Put a style sheet on `root`; returns what replaces its text.
 *
 * A constructed sheet holds under any content security policy. Safari before 16.4 and Firefox before 101 have none and
 * get an element, for which a strict policy must allow styles: with the `nonce` of the script, if that has one.
 */
export function addStyles(root: ShadowRoot, css: string, nonce = ""): (css: string) => void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    return (fresh) => sheet.replaceSync(fresh);
  } catch {
    const element = document.createElement("style");
    element.nonce = nonce;
    element.textContent = css;
    root.append(element);
    return (fresh) => {
      element.textContent = fresh;
    };
  }
}

/** Whether the styles of `root`, which is on the page, are in force. */
export function isStyled(root: ShadowRoot): boolean {
  return [...root.querySelectorAll("style")].every(({ sheet }) => sheet);
}
