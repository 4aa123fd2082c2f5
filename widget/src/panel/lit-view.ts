/** The part of LitElement that the panel needs, on Lit's renderer; the whole would cost visitors 2.6 kB more. */

import { render, type TemplateResult } from "lit/html.js";

/** Something with timers or listeners that live as long as its host is on the page. */
export interface Controller {
  hostConnected?(): void;
  hostDisconnected?(): void;
}

export interface ControllerHost {
  addController(controller: Controller): void;
  requestUpdate(): void;
}

/** A custom element that renders a Lit template into its shadow root, once for all changes of a task. */
export abstract class LitView extends HTMLElement implements ControllerHost {
  updateComplete: Promise<void> = Promise.resolve();
  readonly root = this.attachShadow({ mode: "open" });
  readonly #controllers: Controller[] = [];
  #isPending = false;

  abstract render(): TemplateResult;

  /** After each rendering. */
  protected abstract updated(): void;

  addController(controller: Controller): void {
    this.#controllers.push(controller);
  }

  connectedCallback(): void {
    for (const controller of this.#controllers) controller.hostConnected?.();
    this.requestUpdate();
  }

  disconnectedCallback(): void {
    for (const controller of this.#controllers) controller.hostDisconnected?.();
  }

  requestUpdate(): void {
    if (this.#isPending) return;
    this.#isPending = true;
    this.updateComplete = Promise.resolve().then(() => {
      this.#isPending = false;
      if (!this.isConnected) return;
      render(this.render(), this.root, { host: this });
      this.updated();
    });
  }
}
