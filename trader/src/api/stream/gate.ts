import type { IncomingMessage } from 'node:http';
import type { Result } from '../../domain/result.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { Role } from '../routes.ts';

/** Who stands behind a connection. */
export interface SocketIdentity {
  readonly user: string;
  /** Names the session or the token that let it in. */
  readonly session: string;
  readonly role: Role;
  /** When its access ends unless it is renewed. */
  readonly expiresAt: Timestamp;
}

/** Why a connection was not let in. */
export interface SocketRefusal {
  readonly kind: 'unauthenticated' | 'forbidden';
  readonly detail: string;
}

/** What became of a session whose connections are open. */
export type SessionChange =
  | { readonly kind: 'renewed'; readonly session: string; readonly role: Role; readonly expiresAt: Timestamp }
  | { readonly kind: 'ended'; readonly session: string };

/** What the stream must know of people and their sessions. */
export interface SocketGate {
  /** Who asks for a connection, by the cookie or the `Authorization` header of the request; never by its address line. */
  authenticate(request: IncomingMessage): Promise<Result<SocketIdentity, SocketRefusal>>;
  /** Tells of every session that is renewed or ends; the result stops that. */
  watch(listener: (change: SessionChange) => void): () => void;
}
