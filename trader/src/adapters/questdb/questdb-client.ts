import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { MarketStoreError } from '../../domain/market-store-error.ts';
import type { Secret } from '../../domain/secret.ts';

/** A value in an answer: QuestDB's JSON knows no others. */
export type QuestDbValue = string | number | boolean | null;

const TIMEOUT_MS = 60_000;
/** How long what was written may take until it can be read. */
const APPLIED_MS = 60_000;

/** What is sent, and how it was answered. */
interface Sent {
  readonly method?: 'POST';
  readonly body?: string;
}
interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * QuestDB over its HTTP port: queries by `/exec`, rows by `/write`, over connections that are kept, by
 * Node's own client: a read takes a few milliseconds, and `fetch` takes one of its own. Every failure is
 * a `MarketStoreError`, which never holds the URL: a password may be in it.
 */
export class QuestDbClient {
  readonly #base: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: PlainAgent | SecureAgent;

  /** `url`: `http://HOST:PORT`, with `USER:PASSWORD@` where the server wants them. */
  constructor(url: Secret) {
    const parsed = URL.canParse(url.reveal()) ? new URL(url.reveal()) : undefined;
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) throw new MarketStoreError('unreachable', 'the URL of QuestDB is none; it reads http://USER:PASSWORD@HOST:9000');
    const user = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
    this.#headers = parsed.username === '' ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` };
    this.#base = new URL(parsed.origin);
    this.#agent = parsed.protocol === 'https:' ? new SecureAgent({ keepAlive: true }) : new PlainAgent({ keepAlive: true });
  }

  /** The rows that a statement gives; none for one that makes something. What they are called and how long it took is not asked for: it is as long as a few rows. */
  async ask(statement: string): Promise<readonly (readonly QuestDbValue[])[]> {
    const response = await this.#send(`/exec?${new URLSearchParams({ query: statement, nm: 'true', count: 'false', timings: 'false' }).toString()}`, {});
    const answer = JSON.parse(response) as { readonly dataset?: readonly (readonly QuestDbValue[])[] };
    return answer.dataset ?? [];
  }

  /** Adds rows to a table, in the line protocol with milliseconds; resolves when queries see them. Sending the same rows again changes nothing where the table's keys say so. */
  async write(table: string, lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    await this.#send('/write?precision=ms', { method: 'POST', body: `${lines.join('\n')}\n` });
    const [written] = await this.#progress(table);
    for (const began = performance.now(); ;) {
      const [, applied, suspended] = await this.#progress(table);
      if (applied >= written) return;
      if (suspended) throw new MarketStoreError('storage', `QuestDB has suspended ${table}; look into its log, then say: ALTER TABLE ${table} RESUME WAL`);
      if (performance.now() - began > APPLIED_MS) throw new MarketStoreError('unreachable', `QuestDB has taken rows of ${table}, and does not show them after ${APPLIED_MS / 1000} s`);
      await new Promise((resolve) => { setTimeout(resolve, 2); });
    }
  }

  /** Transactions written to a table, those that queries see, and whether it has stopped taking them in. */
  async #progress(table: string): Promise<readonly [number, number, boolean]> {
    const [row] = await this.ask(`SELECT sequencerTxn, writerTxn, suspended FROM wal_tables() WHERE name = '${table}'`);
    return [Number(row?.[0]), Number(row?.[1]), row?.[2] === true];
  }

  /** Lets the connections go. */
  close(): void {
    this.#agent.destroy();
  }

  async #send(target: string, sent: Sent): Promise<string> {
    let answer: Answer;
    try {
      answer = await this.#exchange(target, sent, true);
    } catch (error) {
      throw new MarketStoreError('unreachable', `QuestDB does not answer: ${error instanceof Error ? wordsOf(error) : String(error)}`, error);
    }
    const { status, text } = answer;
    if (status >= 200 && status < 300) return text;
    if (status === 401 || status === 403) throw new MarketStoreError('unreachable', 'QuestDB refuses the user or the password');
    throw new MarketStoreError(status >= 500 ? 'unreachable' : 'storage', `QuestDB refuses (${status}): ${messageOf(text)}`);
  }

  /** Sends once; a second time over a new connection where the kept one turned out to be closed: all that is sent here may be sent twice. No redirection is followed. */
  #exchange(target: string, sent: Sent, again: boolean): Promise<Answer> {
    const request = this.#base.protocol === 'https:' ? secureRequest : plainRequest;
    return new Promise<Answer>((resolve, reject) => {
      const asked = request(new URL(target, this.#base), { method: sent.method ?? 'GET', headers: this.#headers, agent: this.#agent, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
        readAll(response).then((text) => { resolve({ status: response.statusCode ?? 0, text }); }, reject);
      });
      asked.on('error', (error) => {
        if (again && asked.reusedSocket && 'code' in error && error.code === 'ECONNRESET') resolve(this.#exchange(target, sent, false));
        else reject(error);
      });
      asked.end(sent.body);
    });
  }
}

function messageOf(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    for (const field of ['error', 'message']) {
      if (typeof parsed === 'object' && parsed !== null && field in parsed) return String((parsed as Record<string, unknown>)[field]);
    }
  } catch {
    // Not every answer is JSON; then it is shown as it came.
  }
  return text.slice(0, 200);
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function wordsOf(error: Error): string {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return `nothing within ${TIMEOUT_MS / 1000} s`;
  // Of an address with several numbers each has its own error, and the whole has no words.
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
