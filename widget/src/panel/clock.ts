/** Timers of the panel, none of which outlives it. */

import type { Controller, ControllerHost } from "./lit-view";

const SECOND = 1000;

/** Counts down to a moment, and tells the host every second and at the end. */
export class Countdown implements Controller {
  secondsInAll = 0;
  #until = 0;
  #timer = 0;

  constructor(readonly host: ControllerHost, readonly onEnd: () => void) {
    host.addController(this);
  }

  get secondsLeft(): number {
    return Math.max(1, Math.ceil((this.#until - Date.now()) / SECOND));
  }

  /** Count to `until` (epoch, milliseconds); `undefined` stops. */
  set(until: number | undefined): void {
    if (until === this.#until || (!until && !this.#until)) return;
    this.hostDisconnected();
    this.#until = until ?? 0;
    this.secondsInAll = this.secondsLeft;
    if (until) this.#timer = window.setInterval(this.#tick, SECOND);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
    this.#until = 0;
  }

  readonly #tick = (): void => {
    if (Date.now() < this.#until) this.host.requestUpdate();
    else {
      this.hostDisconnected();
      this.onEnd();
    }
  };
}

/** Notices when a wait becomes long: `stage` 0, then 1 (worth a word), then 2 (worth an excuse). */
export class Patience implements Controller {
  stage = 0;
  #isWaiting = false;
  #timers: number[] = [];

  constructor(readonly host: ControllerHost, readonly secondsOfStage: readonly [number, number]) {
    host.addController(this);
  }

  set(isWaiting: boolean): void {
    if (isWaiting === this.#isWaiting) return;
    this.hostDisconnected();
    this.#isWaiting = isWaiting;
    if (!isWaiting) return;
    this.#timers = this.secondsOfStage.map((seconds, index) =>
      window.setTimeout(() => {
        this.stage = index + 1;
        this.host.requestUpdate();
      }, seconds * SECOND),
    );
  }

  hostDisconnected(): void {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    this.#isWaiting = false;
    this.stage = 0;
  }
}

/** Tells whether the device has a network. */
export class Network implements Controller {
  constructor(host: ControllerHost, readonly onChange: (isOnline: boolean) => void) {
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener("online", this.#report);
    addEventListener("offline", this.#report);
  }

  hostDisconnected(): void {
    removeEventListener("online", this.#report);
    removeEventListener("offline", this.#report);
  }

  readonly #report = ({ type }: Event): void => this.onChange(type === "online");
}
