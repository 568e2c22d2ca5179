import { useRouter } from 'next/navigation';
import { useEffect, useSyncExternalStore } from 'react';
import { useConnection } from './stream.ts';

/** Pages that this window has shown: the router keeps them, so they open again without the server. */
const shown = new Set<string>();
/** When the page that was opened is told to the router to be kept: once it has what it is about. */
const KEEP_AFTER_MS = 1_500;
/** How long after that it counts as kept: a server that dies while its files are on their way is told of before. */
const KEPT_AFTER_MS = 1_000;
const listeners = new Set<() => void>();
let wanted: string | undefined;

function want(address: string | undefined): void {
  wanted = address;
  for (const listener of listeners) listener();
}

function pathOf(address: string): string {
  return address.split('?', 1)[0] ?? address;
}

/** The address that opens as soon as the server answers; undefined where none waits. */
export function useWantedPlace(): string | undefined {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, () => wanted, () => undefined);
}

/**
 * Whether an address can be gone to now. Where the server is away and the page was never shown, its files cannot
 * be had: the browser would put an error page of its own in the place of the dashboard, HALT and all. Such an
 * address is kept, and opened when the server is back.
 */
export function useGate(): (address: string) => boolean {
  const { lostAt } = useConnection();
  return (address) => {
    const held = lostAt !== null && !shown.has(pathOf(address));
    want(held ? address : undefined);
    return !held;
  };
}

/** Goes to an address of the dashboard, now or when the server is back. */
export function useGo(): (address: string) => void {
  const router = useRouter();
  const isOpen = useGate();
  return (address) => { if (isOpen(address)) router.push(address); };
}

/** Remembers which pages were shown, and opens what waits when the server is back. */
export function usePlaces(here: string): void {
  const router = useRouter();
  const { lostAt } = useConnection();
  const waiting = useWantedPlace();
  useEffect(() => {
    if (lostAt !== null || shown.has(here)) return undefined;
    let timer = setTimeout(() => {
      router.prefetch(here);
      timer = setTimeout(() => { shown.add(here); }, KEPT_AFTER_MS);
    }, KEEP_AFTER_MS);
    return () => clearTimeout(timer);
  }, [here, lostAt, router]);
  useEffect(() => {
    if (lostAt !== null || waiting === undefined) return;
    want(undefined);
    router.push(waiting);
  }, [lostAt, waiting, router]);
}
