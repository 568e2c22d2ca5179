import { MarketStoreError } from '../../domain/market-store-error.ts';
import type { Secret } from '../../domain/secret.ts';

/** A value in an answer: QuestDB's JSON knows no others. */
export type QuestDbValue = string | number | boolean | null;

const TIMEOUT_MS = 60_000;
/** How long what was written may take until it can be read. */
const APPLIED_MS = 60_000;

/**
 * QuestDB over its HTTP port: queries by `/exec`, rows by `/write`. Every failure is a
 * `MarketStoreError`, which never holds the URL: a password may be in it.
 */
export class QuestDbClient {
  readonly #base: URL;
  readonly #headers: Readonly<Record<string, string>>;

  /** `url`: `http://HOST:PORT`, with `USER:PASSWORD@` where the server wants them. */
  constructor(url: Secret) {
    const parsed = URL.canParse(url.reveal()) ? new URL(url.reveal()) : undefined;
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) throw new MarketStoreError('unreachable', 'the URL of QuestDB is none; it reads http://USER:PASSWORD@HOST:9000');
    const user = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
    this.#headers = parsed.username === '' ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` };
    this.#base = new URL(parsed.origin);
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

  async #send(target: string, init: { readonly method?: string; readonly body?: string }): Promise<string> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(new URL(target, this.#base), { ...init, headers: this.#headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
      text = await response.text();
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new MarketStoreError('unreachable', `QuestDB does not answer: ${cause}`, error);
    }
    if (response.ok) return text;
    if (response.status === 401 || response.status === 403) throw new MarketStoreError('unreachable', 'QuestDB refuses the user or the password');
    throw new MarketStoreError(response.status >= 500 ? 'unreachable' : 'storage', `QuestDB refuses (${response.status}): ${messageOf(text)}`);
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
