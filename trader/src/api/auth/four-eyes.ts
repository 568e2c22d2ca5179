import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Accounts } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import { ApiError } from '../problem.ts';
import { ROUTES, type RouteName } from '../routes.ts';
import type { Caller } from './access.ts';
import type { Keyring } from './keyring.ts';

/** How long a demand waits for the second person, and what they approved for being used. */
const WAIT_MS = 15 * 60_000;

/** What only two people may do together, where there are two administrators. */
export class FourEyes {
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #keys: Keyring;

  constructor(accounts: Accounts, clock: Clock, keys: Keyring) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#keys = keys;
  }

  /** Lets a request pass that another administrator approved, word for word, or where there is no other. Throws `second-admin-needed` with the id of the demand. */
  async demand(operation: RouteName, caller: Caller, { headers, url, body }: Pick<FastifyRequest, 'headers' | 'url' | 'body'>): Promise<void> {
    const others = (await this.#accounts.users()).filter(({ id, role, disabled, passwordHash }) => id !== caller.userId && role === 'admin' && !disabled && passwordHash !== undefined);
    // One admin alone decides alone; a trader's request needs one where there are two.
    if (others.length === 0 || (others.length === 1 && caller.role !== 'admin')) return;
    const now = this.#clock.now();
    const requestHash = createHash('sha256').update(JSON.stringify([operation, url, body ?? null])).digest('hex');
    const brought = headers['x-approval'];
    if (typeof brought === 'string' && await this.#accounts.takeApproval(brought, caller.userId, requestHash, now)) return;
    const waiting = (await this.#accounts.approvals()).find((each) => each.userId === caller.userId && each.requestHash === requestHash && ['waiting', 'approved'].includes(each.state) && each.expiresAt > now);
    const id = waiting?.id ?? this.#keys.randomId();
    if (waiting === undefined) {
      await this.#accounts.addApproval({
        id, action: operation, requestHash, detail: `${ROUTES[operation].summary}: ${JSON.stringify(body ?? {})}`.slice(0, 500),
        userId: caller.userId, by: caller.name, at: now, expiresAt: now + WAIT_MS, state: 'waiting', decidedBy: undefined,
      });
    }
    throw new ApiError('second-admin-needed', 'Another administrator has to approve this within a quarter of an hour; then send it again with the approval.', { extra: { approval: id } });
  }
}
