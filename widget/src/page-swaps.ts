/** Pages whose content is swapped without being loaded (Turbo, Astro, htmx …) keep the chat of their script tag. */

/**
 * Put `element` back when the page loses it together with other content. Who takes away nothing but the chat, wants
 * it gone: it stays away until the next page.
 */
export function keepOnPage(element: Element, isReplaced: () => boolean): void {
  const putBack = (): void => {
    if (!element.isConnected && !isReplaced()) document.body.append(element);
  };
  const observer = new MutationObserver((records) => {
    if (!document.body) return;
    observer.observe(document.body, { childList: true });
    const lost = records.flatMap(({ removedNodes }) => [...removedNodes]);
    const isAlone = lost.length === 1 && lost[0] === element;
    if (!isAlone && lost.some((node) => node.contains(element))) putBack();
  });
  observer.observe(document.documentElement, { childList: true });
  observer.observe(document.body, { childList: true });
  // Turbo's morphing takes away one element after the other, so that one alone means nothing.
  addEventListener("turbo:render", putBack);
}
