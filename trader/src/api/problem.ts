import { PROBLEMS, type Problem, type ProblemCode, type ProblemField } from './problems.ts';

/** What a problem may tell besides its code and sentence. */
export interface ProblemDetail {
  readonly fields?: readonly ProblemField[];
  /** When it may be tried again; told as Retry-After, in whole seconds rounded up. */
  readonly retryAfterMs?: number;
  /** Further members of the answer, as `approvalId`. Never a secret. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Thrown by a handler or hook that says no; the server answers with it as problem+json. */
export class ApiError extends Error {
  readonly code: ProblemCode;
  readonly fields: readonly ProblemField[] | undefined;
  readonly retryAfterMs: number | undefined;
  readonly extra: Readonly<Record<string, unknown>> | undefined;

  /** `detail` is for a person: what happened and what to do. */
  constructor(code: ProblemCode, detail: string, { fields, retryAfterMs, extra }: ProblemDetail = {}) {
    super(detail);
    this.name = 'ApiError';
    this.code = code;
    this.fields = fields;
    this.retryAfterMs = retryAfterMs;
    this.extra = extra;
  }

  /** The status of its code. */
  get statusCode(): number {
    return PROBLEMS[this.code].status;
  }
}

/** An error as the body of an answer. */
export function problemOf(error: ApiError, requestId: string): Problem & Readonly<Record<string, unknown>> {
  const { code, message, fields, retryAfterMs, extra } = error;
  return {
    ...extra,
    type: `urn:algotrendy:problem:${code}`, code, ...PROBLEMS[code], detail: message, requestId,
    ...(fields && { fields }),
    ...(retryAfterMs !== undefined && { retryAfter: secondsOf(retryAfterMs) }),
  };
}

/** Whole seconds to wait, at least 1. */
export function secondsOf(delayMs: number): number {
  return Math.max(1, Math.ceil(delayMs / 1000));
}
