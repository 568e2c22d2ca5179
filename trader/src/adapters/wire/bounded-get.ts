import type { Result } from '../../domain/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ProviderFailure, ProviderFailureKind } from '../../ports/bar-provider.ts';

/** What a getter works with. */
export interface BoundedGetSpec {
  readonly provider: string;
  /** `https://…` without a path; the one address that is dialled. */
  readonly base: string;
  readonly clock: Clock;
  /** From the first byte sent to the last one read: a server that drips is given up too. */
  readonly timeoutMs: number;
  /** Of the body once unpacked: a small gzip can hold gigabytes. */
  readonly maxBytes: number;
  /** Takes a call of the provider's quota before each request; what it returns is the answer in its place. */
  readonly spend: () => ProviderFailure | undefined;
}

/** A success, read whole. */
export interface GetAnswer {
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Asks a provider for one document. Whatever is not a success of bounded size in bounded time is a
 * failure with a kind: a redirection is never followed, since who answers there is not who was asked.
 * `what` names the request in messages; they never repeat the target, which may hold a key.
 * `anyStatus` takes every whole answer for a success, for those who want its headers alone.
 */
export async function boundedGet(
  spec: BoundedGetSpec, what: string, target: string, { headers = {}, anyStatus = false }: { readonly headers?: Readonly<Record<string, string>>; readonly anyStatus?: boolean } = {},
): Promise<Result<GetAnswer, ProviderFailure>> {
  const spent = spec.spend();
  if (spent !== undefined) return { ok: false, error: spent };
  const abort = new AbortController();
  let late = false;
  const calm = spec.clock.after(spec.timeoutMs, () => {
    late = true;
    abort.abort();
  });
  const refuse = (kind: ProviderFailureKind, words: string, retryAfterMs?: number): Result<GetAnswer, ProviderFailure> => ({
    ok: false, error: { kind, provider: spec.provider, message: `${spec.provider}: ${what}: ${words}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  });
  try {
    const response = await fetch(new URL(target, spec.base), { headers, redirect: 'manual', signal: abort.signal });
    const text = await readBounded(response, spec.maxBytes);
    if (text === undefined) return refuse('wrong-shape', `the answer is larger than ${spec.maxBytes} bytes`);
    const { status } = response;
    if (anyStatus || (status === 200 && text.trim() !== '')) return { ok: true, value: { headers: response.headers, text } };
    const { kind, words } = meaningOf(status);
    return refuse(kind, `${words} (${status}) ${firstWords(text)}`.trimEnd(), kind === 'rate-limited' ? retryAfter(response.headers, spec.clock.now()) : undefined);
  } catch (error) {
    if (late) return refuse('timed-out', `no whole answer within ${spec.timeoutMs} ms`);
    return isConnectFault(error) ? refuse('unreachable', 'there is no connection') : refuse('wrong-shape', 'the answer broke off or cannot be unpacked');
  } finally {
    calm();
    abort.abort();
  }
}

/** The body as text; undefined where it is too large, and then the rest is never read. */
async function readBounded(response: Response, maxBytes: number): Promise<string | undefined> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function meaningOf(status: number): { readonly kind: ProviderFailureKind; readonly words: string } {
  if (status === 200) return { kind: 'empty', words: 'the answer is empty' };
  if (status === 429) return { kind: 'rate-limited', words: 'asked too often' };
  if (status === 401) return { kind: 'unauthorised', words: 'not allowed' };
  // Yahoo's 999 is its word for an address that it has shut out.
  if (status === 403 || status === 999) return { kind: 'banned', words: 'this address is shut out' };
  if (status === 404) return { kind: 'not-found', words: 'not found' };
  if (status >= 300 && status < 400) return { kind: 'wrong-shape', words: 'the answer points elsewhere, and is not followed' };
  return status >= 500 ? { kind: 'server-error', words: 'the provider failed' } : { kind: 'wrong-shape', words: 'no success' };
}

/** Seconds or a date (RFC 9110, 10.2.3); undefined where neither. */
function retryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const until = Date.parse(text);
  return Number.isNaN(until) ? undefined : Math.max(0, until - now);
}

/** What the provider says, as far as a line of it helps; markup is no help. */
function firstWords(text: string): string {
  const line = text.trim().slice(0, 200).replace(/\s+/g, ' ');
  return line.startsWith('<') ? '' : line;
}

/** What `fetch` throws where no connection came about. */
function isConnectFault(error: unknown): boolean {
  const cause = error instanceof TypeError ? error.cause : undefined;
  const tries: readonly unknown[] = cause instanceof AggregateError ? cause.errors : [cause];
  return tries.every((each) => each instanceof Error && 'syscall' in each && (each.syscall === 'connect' || each.syscall === 'getaddrinfo'));
}
