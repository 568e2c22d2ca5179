/** What a person may do: look; trade besides; decide who may besides. Each holds the ones before it. */
export type Role = 'viewer' | 'trader' | 'admin';

/** All roles, the least first. */
export const ROLES: readonly Role[] = ['viewer', 'trader', 'admin'];

/**
 * Who may use a route. `public` asks for nobody; a role admits itself and those above it.
 * The permission matrix, the guard and the OpenAPI document are all made from this.
 */
export interface Access {
  readonly role: 'public' | Role;
  /**
   * Whether the person must have shown in the last five minutes that it is them. `always` shuts tokens
   * of programs out as well, for they cannot; `live` asks it of people only while real money is traded.
   */
  readonly stepUp?: 'always' | 'live';
  /** Where two administrators exist, another one has to approve it first. */
  readonly fourEyes?: true;
  /** Reachable while a second factor is demanded and not yet set up. */
  readonly enrolment?: true;
}

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
