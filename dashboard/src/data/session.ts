import type { Answer, Role } from 'trader/contract';
import { ApiProblem } from 'trader/contract';
import { useSyncExternalStore } from 'react';
import { api, refreshAccess } from './api.ts';

/** Who is signed in. */
export type Me = Answer<'authMe'>;

/** Whether anybody is: unknown until the server has answered. */
export interface Session {
  readonly state: 'unknown' | 'signed-in' | 'signed-out' | 'unreachable';
  readonly me: Me | undefined;
}

const UNKNOWN: Session = { state: 'unknown', me: undefined };
const RANK: Readonly<Record<Role, number>> = { viewer: 0, trader: 1, admin: 2 };

const listeners = new Set<() => void>();
let session: Session = UNKNOWN;

/** Puts down who is signed in, for all that show it. */
export function setSession(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

/** Asks the server who is signed in, refreshing the access where it has just ended. */
export async function loadSession(): Promise<void> {
  try {
    setSession({ state: 'signed-in', me: await readMe() });
  } catch (problem) {
    if (problem instanceof ApiProblem && problem.status === 401) setSession({ state: 'signed-out', me: undefined });
    else setSession({ ...session, state: session.me === undefined ? 'unreachable' : session.state });
  }
}

async function readMe(): Promise<Me> {
  try {
    return await api.call('authMe');
  } catch (problem) {
    if (problem instanceof ApiProblem && problem.status === 401 && (await refreshAccess())) return api.call('authMe');
    throw problem;
  }
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}

/** Who is signed in, and again whenever that changes. */
export function useSession(): Session {
  return useSyncExternalStore(watch, () => session, () => UNKNOWN);
}

/** Who is signed in; undefined while that is not known. */
export function useMe(): Me | undefined {
  return useSession().me;
}

/** Whether a role may do what takes another. */
export function holdsRole(own: Role, asked: Role): boolean {
  return RANK[own] >= RANK[asked];
}

/** Why this person may not do what takes `role`, in words; undefined when they may. */
export function useMissingRole(role: Role): string | undefined {
  const { state, me } = useSession();
  if (me === undefined) return state === 'signed-out' ? 'sign in first' : 'checking your role';
  return holdsRole(me.role, role) ? undefined : `needs role: ${role}`;
}
