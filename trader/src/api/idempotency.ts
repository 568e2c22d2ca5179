import { createHash } from 'node:crypto';
import type { AnswerStore } from '../ports/answer-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Caller } from './auth/access.ts';
import { ApiError } from './problem.ts';

const KEY = /^[\w.:-]{1,64}$/;

/** A change as a caller asks for it. */
export interface Change {
  readonly caller: Caller;
  /** The header Idempotency-Key as it came. */
  readonly key: unknown;
  /** The route, and everything that it was asked with. */
  readonly request: string;
  /** Whether its answer must not be kept. */
  readonly secret: boolean;
}

/** The answer of a change, and whether it was given before. */
export interface ChangeAnswer {
  /** JSON. */
  readonly body: string;
  readonly repeated: boolean;
}

/** Carries out changes once, however often they are asked for under one key by one person. */
export class Idempotency {
  readonly #answers: AnswerStore;
  readonly #clock: Clock;

  constructor(answers: AnswerStore, clock: Clock) {
    this.#answers = answers;
    this.#clock = clock;
  }

  /**
   * Carries a change out under an id made of person, key and request, or gives the answer that it had. A change
   * that failed may be tried again with its key: nothing is kept of it. Throws `ApiError`.
   */
  async once({ caller, key, request, secret }: Change, carryOut: (id: string) => Promise<unknown>): Promise<ChangeAnswer> {
    if (typeof key !== 'string' || !KEY.test(key)) {
      throw new ApiError('idempotency-key-missing', 'send a header Idempotency-Key of 1 to 64 letters, digits and . _ : -, a new one for each change and the same one for its repetition');
    }
    const name = digest(`${caller.userId}\n${key}`);
    const beginning = this.#answers.begin(name, digest(request), this.#clock.now());
    switch (beginning.kind) {
      case 'running': throw new ApiError('still-running', 'the first request with this key is not answered yet; wait, then ask again', { retryAfterMs: 1000 });
      case 'other': throw new ApiError('idempotency-key-reused', 'this key was used for another request; make a new one');
      case 'done':
        if (secret) throw new ApiError('conflict', 'this was done, and its secret was told then; it is told once');
        return { body: beginning.answer.body, repeated: true };
      case 'new': break;
    }
    try {
      // What failed may have been carried out after all: another request must not be answered with what became of it.
      const body = JSON.stringify(await carryOut(digest(`${name}\n${request}`)));
      this.#answers.finish(name, { status: 200, body: secret ? 'null' : body });
      return { body, repeated: false };
    } catch (error) {
      this.#answers.abandon(name);
      throw error;
    }
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 32);
}
