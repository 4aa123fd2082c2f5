/** The visitors' HTTP API (`openapi.yaml` of the server) as functions. */

import { readMessages, type Lang, type Message } from "./message";

const TIMEOUT_MS = 40_000;
const QUIETLY: RequestInit = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" };

/**
 * A request that brought no answer.
 *
 * `code` is the server's, or `offline` (this device has no network), or `unreachable` (no response, or not ours).
 * `text` is the server's sentence for the visitor; empty if there is none.
 */
export class RequestError extends Error {
  constructor(readonly code: string, readonly text = "", readonly retryAfterSeconds = 0) {
    super(code);
  }
}

export interface Session {
  readonly token: string;
  readonly messages: Message[];
}

/** What the visitor says: a text, or the payload of a button. */
export type Saying = { readonly message: string } | { readonly payload: string };

/** Talks to one server. */
export class ChatApi {
  readonly #base: string;

  constructor(server: string) {
    this.#base = `${server}/webhooks/visitor`;
  }

  async openSession(lang: Lang): Promise<Session> {
    const { token, messages } = await this.#request("POST", "/sessions", { lang }, lang);
    if (typeof token !== "string") throw new RequestError("unreachable");
    return { token, messages: readMessages(messages) };
  }

  async say(token: string, saying: Saying, lang: Lang): Promise<Message[]> {
    return readMessages((await this.#request("POST", "/messages", saying, lang, token)).messages);
  }

  async rate(token: string, messageId: string, helpful: boolean, comment: string, lang: Lang): Promise<void> {
    const body = { message_id: messageId, helpful, ...(comment && { comment }) };
    await this.#request("POST", "/feedback", body, lang, token);
  }

  async deleteConversation(token: string, lang: Lang): Promise<void> {
    await this.#request("DELETE", "/conversation", undefined, lang, token);
  }

  /** Whether there is a network after all, whatever the server says. */
  async isReachable(): Promise<boolean> {
    try {
      await fetch(`${this.#base}/health`, { ...QUIETLY, mode: "no-cors" });
      return true;
    } catch {
      return false;
    }
  }

  async #request(
    method: string, path: string, body: object | undefined, lang: Lang, token?: string,
  ): Promise<Record<string, unknown>> {
    const response = await this.#fetch(path, {
      method,
      body: body && JSON.stringify(body),
      headers: {
        "Accept-Language": lang,
        ...(body ? { "Content-Type": "application/json" } : {}),
        ...(token && { Authorization: `Bearer ${token}` }),
      },
      ...QUIETLY,
      signal: abortAfter(TIMEOUT_MS),
    });
    const data = await response.json().catch(() => null);
    if (!response.ok) throw refusal(response, data?.error);
    if (response.status !== 204 && (typeof data !== "object" || !data)) throw new RequestError("unreachable");
    return data ?? {};
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(this.#base + path, init);
    } catch {
      throw new RequestError(navigator.onLine ? "unreachable" : "offline");
    }
  }
}

/** `AbortSignal.timeout` for browsers that have none. */
function abortAfter(milliseconds: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}

function refusal(response: Response, error?: { code?: unknown; message?: unknown }): RequestError {
  const code = error?.code;
  if (typeof code !== "string") return new RequestError(response.status === 429 ? "rate_limited" : "unreachable");
  const seconds = Number(response.headers.get("Retry-After"));
  return new RequestError(code, typeof error?.message === "string" ? error.message : "", seconds || 0);
}
