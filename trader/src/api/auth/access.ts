import type { Role } from '../routes.ts';

/** All roles, the least first: each holds the ones before it. */
export const ROLES: readonly Role[] = ['viewer', 'trader', 'admin'];

/** Who makes a request, as it was proved. */
export interface Caller {
  /** A person's browser, or a program with a token of theirs. */
  readonly kind: 'session' | 'token';
  readonly userId: string;
  readonly name: string;
  /** A token's role is never above its owner's. */
  readonly role: Role;
  /** Id of the session or of the token. */
  readonly id: string;
  /** When it was last shown that it is them, ms UTC; tokens cannot. */
  readonly steppedUpAt: number | undefined;
  /** Whether a second factor is demanded of this person and missing. */
  readonly enrolling: boolean;
  /** When this proof ends unless it is renewed, ms UTC. */
  readonly expiresAt: number;
}

/** Whether a role is at least the one that is asked for. */
export function holds(role: Role, needed: 'public' | Role): boolean {
  return needed === 'public' || ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
