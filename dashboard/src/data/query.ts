'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiProblem } from 'trader/contract';
import type { Answer, CallInput, RouteName } from 'trader/contract';
import { api } from './api.ts';
import { RequestKeys } from './request-key.ts';

/** What is known of a question: its answer, when that came, and what went wrong since. */
export interface Asked<T> {
  readonly data: T | undefined;
  /** Why the last try failed; an answer from before may still be there. */
  readonly problem: ApiProblem | undefined;
  readonly loading: boolean;
  /** When `data` came, by this machine's clock. */
  readonly at: number | undefined;
  readonly reload: () => void;
}

interface Held {
  readonly key: string;
  readonly data?: unknown;
  readonly problem?: ApiProblem;
  readonly at?: number;
}

/** The last answers of this page's life, so that coming back to a page shows them at once. */
const remembered = new Map<string, { readonly data: unknown; readonly at: number }>();
const REMEMBERED_MAX = 60;
/** An answer so young is not asked for again. */
const FRESH_MS = 5_000;
/** Who is told to wait longer asks again by hand. */
const RETRY_SECONDS_MAX = 120;

/**
 * The answer of a route, asked for when the question changes, and again every `every` milliseconds
 * while the page is in sight, and whenever `mark` changes; where the server said how long to wait, again after that. `off` asks nothing. What was answered stays while it is asked again.
 */
export function useQuery<R extends RouteName>(route: R, input: CallInput<R> | undefined, { every, off = false, mark }: { readonly every?: number | undefined; readonly off?: boolean | undefined; readonly mark?: string | undefined } = {}): Asked<Answer<R>> {
  const key = keyOf(route, input);
  const [held, setHeld] = useState<Held>({ key: '' });
  const [turn, setTurn] = useState(0);
  const marked = useRef(mark);
  useEffect(() => {
    if (off) return;
    const stop = new AbortController();
    const [name, given] = JSON.parse(key) as [R, object | undefined];
    const ask = (): void => {
      once(key, () => asked<R>(name, given)).then(
        (data) => { const at = Date.now(); remember(key, data, at); if (!stop.signal.aborted) setHeld({ key, data, at }); },
        (cause: unknown) => {
          if (stop.signal.aborted) return;
          const problem = problemOf(cause);
          setHeld((was) => ({ ...(was.key === key ? was : { key }), problem }));
          if (problem.retryAfter !== undefined) later = setTimeout(ask, Math.min(problem.retryAfter, RETRY_SECONDS_MAX) * 1000);
        },
      );
    };
    let later: ReturnType<typeof setTimeout> | undefined;
    // Who goes to and fro between pages asks no more than who stays.
    const last = turn === 0 && marked.current === mark ? remembered.get(key) : undefined;
    marked.current = mark;
    if (last === undefined || Date.now() - last.at > FRESH_MS) ask();
    const timer = every === undefined ? undefined : setInterval(() => { if (document.visibilityState === 'visible') ask(); }, every);
    return () => { stop.abort(); clearInterval(timer); clearTimeout(later); };
  }, [key, every, off, turn, mark]);
  const known: Held = held.key === key ? held : { key, ...remembered.get(key) };
  return {
    data: known.data as Answer<R> | undefined, problem: known.problem, at: known.at,
    loading: !off && known.data === undefined && known.problem === undefined,
    reload: useCallback(() => setTurn((count) => count + 1), []),
  };
}

/** Where a change stands. `unknown`: no answer came, and it may or may not have been carried out. */
export type CommandState = 'idle' | 'sending' | 'done' | 'refused' | 'unknown';

/** A change that a person asks for, and what became of it. */
export interface Command<R extends RouteName> {
  readonly state: CommandState;
  readonly answer: Answer<R> | undefined;
  readonly problem: ApiProblem | undefined;
  /** Sends it. While its outcome is unknown, the same again goes out under the same key, so that it cannot be done twice. */
  readonly send: (input: Omit<CallInput<R>, 'key' | 'signal'>) => Promise<Answer<R> | undefined>;
  readonly reset: () => void;
}

/** A route that changes something. */
export function useCommand<R extends RouteName>(route: R): Command<R> {
  const [held, setHeld] = useState<{ readonly state: CommandState; readonly answer?: Answer<R>; readonly problem?: ApiProblem }>({ state: 'idle' });
  const [keys] = useState(() => new RequestKeys());
  const send = useCallback(async (input: Omit<CallInput<R>, 'key' | 'signal'>) => {
    const key = keys.of(JSON.stringify(input));
    setHeld({ state: 'sending' });
    try {
      const answer = await asked<R>(route, { ...input, key });
      keys.settle(key);
      setHeld({ state: 'done', answer });
      return answer;
    } catch (cause) {
      const problem = problemOf(cause);
      const unknown = problem.code === 'unreachable' || problem.code === 'outcome-unknown' || problem.code === 'still-running' || problem.status === 502 || problem.status === 504;
      if (!unknown) keys.settle(key);
      setHeld({ state: unknown ? 'unknown' : 'refused', problem });
      return undefined;
    }
  }, [route, keys]);
  const reset = useCallback(() => { keys.forget(); setHeld({ state: 'idle' }); }, [keys]);
  return { state: held.state, answer: held.answer, problem: held.problem, send, reset };
}

/** One call; the client's argument list depends on the route, which a variable route cannot show the compiler. */
function asked<R extends RouteName>(route: R, input: object | undefined): Promise<Answer<R>> {
  const call = api.call.bind(api) as (name: R, given: object) => Promise<Answer<R>>;
  return call(route, { ...input });
}

/** Questions under way, by their key: two parts of a page that ask the same ask once. */
const underWay = new Map<string, Promise<unknown>>();

function once<T>(key: string, ask: () => Promise<T>): Promise<T> {
  const running = underWay.get(key) as Promise<T> | undefined;
  if (running !== undefined) return running;
  const started = ask().finally(() => underWay.delete(key));
  underWay.set(key, started);
  return started;
}

function keyOf(route: string, input: object | undefined): string {
  return JSON.stringify([route, input]);
}

function problemOf(cause: unknown): ApiProblem {
  return cause instanceof ApiProblem ? cause : new ApiProblem({ detail: cause instanceof Error ? cause.message : 'The page has a fault of its own' });
}

function remember(key: string, data: unknown, at: number): void {
  remembered.delete(key);
  remembered.set(key, { data, at });
  for (const oldest of remembered.keys()) {
    if (remembered.size <= REMEMBERED_MAX) break;
    remembered.delete(oldest);
  }
}
