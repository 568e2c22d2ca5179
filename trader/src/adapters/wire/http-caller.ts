import { Agent as PlainAgent, request as plainRequest, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';

/** One request: `target` is path and query as they go out. */
export interface HttpAsk {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer of any status, a redirection too: none is followed. */
export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What a caller works with. */
export interface HttpCallerSpec {
  /** For the words of errors. */
  readonly venue: string;
  /** `https://…` without a path; the one address that is dialled. */
  readonly base: string;
  readonly clock: Clock;
  /** What takes longer is given up, with an unknown outcome. */
  readonly timeoutMs: number;
}

/** A request, and who hears of it. */
interface Sent {
  readonly request: ClientRequest;
  /** Those that it has by now, besides Node's own. */
  headers: Readonly<Record<string, string>>;
  onError: (error: Error) => void;
  onResponse: (response: IncomingMessage) => void;
}

const NONE: Readonly<Record<string, string>> = {};
/** More than any venue answers: the longest lists of instruments have some 20 MB. */
const MOST_BYTES = 64 * 2 ** 20;

/**
 * HTTP to one address over connections that are kept. Node's own client instead of `fetch`, which takes
 * longer until an order's bytes are on the socket; and where orders go, the next request is made in
 * advance, empty and with its connection, so that nothing but its text is left to be written. It never
 * sends anything twice, and tells what was surely not sent from what may have been.
 */
export class HttpCaller {
  readonly #spec: HttpCallerSpec;
  readonly #base: URL;
  readonly #agent: PlainAgent | SecureAgent;
  readonly #fixed: RequestOptions;
  readonly #request: (options: RequestOptions) => ClientRequest;
  readonly #inFlight = new Set<() => void>();
  /** The next request that acts, made in advance. */
  #spare: Sent | undefined;
  /** The headers of the last request that acted. */
  #usual: Readonly<Record<string, string>> = NONE;
  #closed = false;

  constructor(spec: HttpCallerSpec) {
    this.#spec = spec;
    this.#base = new URL(spec.base);
    const secure = this.#base.protocol === 'https:';
    this.#agent = secure ? new SecureAgent({ keepAlive: true }) : new PlainAgent({ keepAlive: true });
    this.#request = secure ? secureRequest : plainRequest;
    this.#fixed = { agent: this.#agent, hostname: this.#base.hostname, ...(this.#base.port === '' ? {} : { port: this.#base.port }) };
  }

  /** Sends a request, once; `what` names it in errors, which never repeat its target, headers or body: they hold signatures. Throws `VenueError`, `unreachable` or `unknown-outcome`, and `unauthorised` where a key cannot be sent at all. */
  call(what: string, { method, target, headers = NONE, body }: HttpAsk): Promise<HttpAnswer> {
    const acts = method !== 'GET';
    const sent = acts ? this.#spare ?? this.#make('POST') : this.#make(method);
    const { request } = sent;
    if (acts) {
      this.#spare = undefined;
      request.socket?.ref();
    }
    request.method = method;
    request.path = target;
    try {
      dress(sent, headers);
    } catch (error) {
      // Node's words name the header, and not what is in it.
      sent.onError = () => undefined;
      request.destroy();
      return Promise.reject(new VenueError('unauthorised', `${this.#spec.venue}: ${what} was not sent, since the key holds a character that no key has: ${error instanceof Error ? error.message : ''}`));
    }
    if (body !== undefined) request.setHeader('content-length', Buffer.byteLength(body));
    // The bytes first: everything that follows has time until the answer comes.
    request.end(body);
    if (acts) this.#usual = headers;
    return this.#answer(what, sent, acts);
  }

  #answer(what: string, sent: Sent, acts: boolean): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        calm();
        this.#inFlight.delete(giveUp);
      };
      const fail = (words: string, error?: Error) => {
        settle();
        const unsent = neverConnected(sent.request, error);
        sent.request.destroy();
        reject(new VenueError(unsent ? 'unreachable' : 'unknown-outcome', `${this.#spec.venue}: ${what} at ${this.#base.host}: ${words}`));
      };
      const giveUp = () => { fail('no answer in time'); };
      const calm = this.#spec.clock.after(this.#spec.timeoutMs, giveUp);
      this.#inFlight.add(giveUp);
      sent.onError = (error) => { fail(wordsOf(error), error); };
      sent.onResponse = (response) => {
        readAll(response).then((text) => {
          settle();
          if (acts) setImmediate(() => { this.#prepare(); });
          resolve({ status: response.statusCode ?? 0, statusText: response.statusMessage ?? '', headers: response.headers, text });
        }, (error: unknown) => { fail(error instanceof Error ? wordsOf(error) : 'the connection broke', error instanceof Error ? error : undefined); });
      };
    });
  }

  /** A request that has not been written yet. */
  #make(method: string): Sent {
    const sent: Sent = { request: this.#request({ ...this.#fixed, method }), headers: NONE, onError: () => undefined, onResponse: () => undefined };
    sent.request.on('error', (error) => { sent.onError(error); });
    sent.request.on('response', (response) => { sent.onResponse(response); });
    return sent;
  }

  /** Makes the next request in advance, with the headers of the last. Its connection keeps no process alive, and when the venue closes it, it is forgotten. */
  #prepare(): void {
    if (this.#closed || this.#spare !== undefined) return;
    const spare = this.#make('POST');
    dress(spare, this.#usual);
    spare.request.on('socket', (socket) => { if (spare === this.#spare) socket.unref(); });
    const forget = () => {
      if (spare !== this.#spare) return;
      this.#spare = undefined;
      spare.request.destroy();
    };
    spare.onError = forget;
    // Servers may say 408 to a connection on which they wait in vain: what is written there now is read by nobody.
    spare.onResponse = forget;
    this.#spare = spare;
  }

  /** Gives up what is in flight, each with an unknown outcome, and lets the connections go. */
  close(): void {
    this.#closed = true;
    this.#spare?.request.destroy();
    for (const giveUp of this.#inFlight) giveUp();
    this.#agent.destroy();
  }
}

/** Gives a request these headers and no others: nothing to do where they are the very ones that it has. */
function dress(sent: Sent, headers: Readonly<Record<string, string>>): void {
  if (sent.headers === headers) return;
  for (const name of Object.keys(sent.headers)) if (headers[name] === undefined) sent.request.removeHeader(name);
  for (const name of Object.keys(headers)) if (sent.headers[name] !== headers[name]) sent.request.setHeader(name, headers[name] ?? '');
  sent.headers = headers;
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new Error(`the answer is larger than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Whether no connection was made for a request that failed, so that it surely was not sent. */
function neverConnected({ socket }: ClientRequest, error: Error | undefined): boolean {
  const tries: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  if (tries.every((each) => each instanceof Error && 'syscall' in each && (each.syscall === 'connect' || each.syscall === 'getaddrinfo'))) return true;
  return socket !== null && (socket.connecting || ('secureConnecting' in socket && socket.secureConnecting === true));
}

function wordsOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
