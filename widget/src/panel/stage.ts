/** How the dialog stands on the page: beside it on a large screen, before it on a small one. */

import type { Controller, ControllerHost } from "./lit-view";

const SMALL = "(max-width: 30em), (max-height: 30em)";

export class Stage implements Controller {
  #dialog: HTMLDialogElement | null = null;
  readonly #small = matchMedia(SMALL);

  constructor(host: ControllerHost) {
    host.addController(this);
  }

  get isSmall(): boolean {
    return this.#small.matches;
  }

  enter(dialog: HTMLDialogElement): void {
    this.#dialog = dialog;
    this.#place();
    this.#small.addEventListener("change", this.#replace);
    window.visualViewport?.addEventListener("resize", this.#fit);
  }

  leave(): void {
    this.#small.removeEventListener("change", this.#replace);
    window.visualViewport?.removeEventListener("resize", this.#fit);
    this.#dialog?.close();
    this.#dialog = null;
  }

  hostDisconnected(): void {
    this.leave();
  }

  #place(): void {
    if (this.isSmall) this.#dialog!.showModal();
    else this.#dialog!.setAttribute("open", ""); // unlike show(), this leaves the focus where it is
    this.#fit();
  }

  /** The screen was turned or the page zoomed: the focus stays where it was. */
  readonly #replace = (): void => {
    const focused = (this.#dialog!.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
    this.#dialog!.close();
    this.#place();
    focused?.focus();
  };

  /** A keyboard on the screen takes room from the dialog, not from the text field. */
  readonly #fit = (): void => {
    const { visualViewport } = window;
    const height = this.isSmall && visualViewport ? `${Math.floor(visualViewport.height)}px` : "";
    this.#dialog?.style.setProperty("--visible-height", height);
  };
}
