/** The script tag that brought this file, and what it says about the server. */

import { parseAddress } from "./floor";

/** A module knows its tag by no other way than the name of the file; one that was imported has none. */
function findModuleTag(): HTMLScriptElement | undefined {
  const tags = document.querySelectorAll<HTMLScriptElement>("script[type=module][src]");
  return [...tags].find(({ src }) => /\/widget(\.\w+)?\.js(\?|$)/.test(src));
}

export const scriptTag = (document.currentScript as HTMLScriptElement | null) ?? findModuleTag();

/** The folder this script came from: the server, unless the page names another one. */
export const ownServer = parseAddress(".", scriptTag?.src)?.href ?? location.origin;
