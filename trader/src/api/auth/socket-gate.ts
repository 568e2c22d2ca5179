import type { IncomingMessage } from 'node:http';
import type { Result } from '../../domain/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SessionChange, SocketGate, SocketIdentity, SocketRefusal } from '../stream/gate.ts';
import { askerOf } from '../asker.ts';
import type { Caller } from './access.ts';
import type { AuditTrail, TrailTrouble } from './audit-trail.ts';
import type { RequestGate } from './request-gate.ts';
import type { Sessions } from './sessions.ts';

/** How often it is looked whether those who are connected still may be: another process may have ended a session. */
const LOOK_MS = 10_000;
const NOT_SIGNED_IN = 'Sign in first, or bring a token that has not ended.';

/** What it looks with. */
export interface ConnectionGateParts {
  readonly gate: RequestGate;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly trail: AuditTrail;
  readonly trustedProxies: readonly string[];
  readonly onTrouble: TrailTrouble;
}

/** Lets connections in by cookie or token, and tells when what let them in is renewed or ends. */
export class ConnectionGate implements SocketGate {
  readonly #parts: ConnectionGateParts;
  readonly #connected = new Map<string, Pick<Caller, 'kind' | 'role'>>();
  readonly #listeners = new Set<(change: SessionChange) => void>();
  #stop: () => void = () => undefined;

  constructor(parts: ConnectionGateParts) {
    this.#parts = parts;
    parts.sessions.watch((change) => { this.#tell(change); });
    this.#lookLater();
  }

  async authenticate(request: IncomingMessage): Promise<Result<SocketIdentity, SocketRefusal>> {
    const entry = await this.#admit(request);
    // A page whose access has run out asks first and refreshes then: that is nothing to list.
    const idle = !entry.ok && entry.error.kind === 'unauthenticated' && this.#parts.gate.credentialOf(request) === undefined;
    if (!entry.ok && !idle) {
      const { kind, detail } = entry.error;
      await this.#parts.trail.note({ actor: 'nobody', via: '', action: 'connect', subject: '', outcome: 'refused', address: askerOf(request, this.#parts.trustedProxies), detail: `${kind}: ${detail}` }, false);
    }
    return entry;
  }

  async #admit(request: IncomingMessage): Promise<Result<SocketIdentity, SocketRefusal>> {
    const credential = this.#parts.gate.credentialOf(request);
    if (credential === undefined && this.#parts.gate.isFromOurPage(request)) return refusal('unauthenticated', NOT_SIGNED_IN);
    if (credential === undefined) return refusal('forbidden', 'A connection must come from this server\'s own pages, or bring a token.');
    const caller = this.#parts.sessions.remembered(credential) ?? await this.#parts.sessions.identify(credential);
    if (caller === undefined) return refusal('unauthenticated', NOT_SIGNED_IN);
    if (caller.enrolling) return refusal('forbidden', 'A second factor is demanded here. Set one up first.');
    const { kind, id, role, userId, expiresAt } = caller;
    this.#connected.set(id, { kind, role });
    return { ok: true, value: { user: userId, session: id, role, expiresAt } };
  }

  watch(listener: (change: SessionChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Looks at nobody any more. */
  close(): void {
    this.#stop();
  }

  #lookLater(): void {
    this.#stop = this.#parts.clock.after(LOOK_MS, () => void this.#look().catch((error: unknown) => { this.#parts.onTrouble('those who are connected cannot be looked at', error); }).finally(() => { this.#lookLater(); }));
  }

  async #look(): Promise<void> {
    for (const [session, { kind, role }] of this.#connected) {
      const caller = await this.#parts.sessions.standing(kind, session);
      if (caller === undefined || caller.enrolling) this.#tell({ kind: 'ended', session });
      else if (kind === 'token' || caller.role !== role) this.#tell({ kind: 'renewed', session, role: caller.role, expiresAt: caller.expiresAt });
    }
  }

  #tell(change: SessionChange): void {
    const connected = this.#connected.get(change.session);
    if (change.kind === 'ended') this.#connected.delete(change.session);
    else if (connected !== undefined) this.#connected.set(change.session, { ...connected, role: change.role });
    for (const listener of this.#listeners) listener(change);
  }
}

function refusal(kind: SocketRefusal['kind'], detail: string): Result<SocketIdentity, SocketRefusal> {
  return { ok: false, error: { kind, detail } };
}
