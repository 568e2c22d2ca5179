/** What a problem tells besides its code. */
interface ProblemFacts {
  readonly status: number;
  /** A sentence that is the same for every occurrence; `detail` says what happened this time. */
  readonly title: string;
}

/**
 * Every way in which the API says no. The codes are stable: programs read them, `docs/api.md` lists them,
 * and a test compares code, document and OpenAPI. One may be added, none renamed.
 */
export const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request cannot be read' },
  'bad-value': { status: 400, title: 'A value is not one that this route takes' },
  'bad-cursor': { status: 404, title: 'The cursor is not one that this route gave' },
  'idempotency-key-missing': { status: 400, title: 'A change needs an Idempotency-Key' },
  'not-signed-in': { status: 401, title: 'Sign in first' },
  'session-expired': { status: 401, title: 'The session has ended; refresh it or sign in again' },
  'bad-credentials': { status: 401, title: 'Name, password or code are not right' },
  'second-factor-needed': { status: 401, title: 'The second factor is still missing' },
  'refresh-reused': { status: 401, title: 'This refresh was used before; the session is ended for safety' },
  'csrf': { status: 403, title: 'The request does not come from this dashboard' },
  'role-too-low': { status: 403, title: 'Your role does not allow this' },
  'step-up-needed': { status: 403, title: 'Confirm that it is you, then send it again' },
  'second-admin-needed': { status: 409, title: 'Another administrator has to approve this' },
  'address-banned': { status: 403, title: 'This address has failed to sign in too often' },
  'first-run-over': { status: 403, title: 'The first administrator exists already' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'This address does not take that method' },
  'conflict': { status: 409, title: 'It is not in a state that allows this' },
  'idempotency-key-reused': { status: 409, title: 'This Idempotency-Key belongs to another request' },
  'still-running': { status: 409, title: 'The first request with this Idempotency-Key is not answered yet' },
  'last-admin': { status: 409, title: 'One administrator has to remain' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'body-too-deep': { status: 400, title: 'The body is nested too deeply' },
  'unsupported-media-type': { status: 415, title: 'Send JSON' },
  'weak-password': { status: 422, title: 'This password is too easy to guess' },
  'order-denied': { status: 422, title: 'Risk has denied the order' },
  'outcome-unknown': { status: 504, title: 'Nobody has answered; whether it took effect is being looked up' },
  'too-many-requests': { status: 429, title: 'Too many requests; wait as long as Retry-After says' },
  'too-many-jobs': { status: 429, title: 'Too many jobs are at work; wait for one to end' },
  'unavailable': { status: 503, title: 'What this needs is not there at the moment' },
  'not-offered': { status: 422, title: 'This run does not offer that' },
  'internal': { status: 500, title: 'A fault of ours; the log has it under this request id' },
} as const satisfies Record<string, ProblemFacts>;

/** The stable name of a problem. */
export type ProblemCode = keyof typeof PROBLEMS;

/** One value that was refused: where in the request it stands, and why. */
export interface ProblemField {
  /** As `body.quantity`. */
  readonly field: string;
  readonly message: string;
}

/** An answer that says no, as `application/problem+json` (RFC 9457) carries it. */
export interface Problem {
  /** `urn:algotrendy:problem:` and the code. */
  readonly type: string;
  readonly code: ProblemCode;
  readonly title: string;
  readonly status: number;
  /** What happened this time and what to do, in a sentence. */
  readonly detail: string;
  /** Which values, where values were wrong. */
  readonly fields?: readonly ProblemField[];
  /** For a 429 and a ban: seconds, as in the header Retry-After. */
  readonly retryAfter?: number;
  /** By which the log finds the request. */
  readonly requestId: string;
}
