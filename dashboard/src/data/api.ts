import { ApiProblem, createClient, type ApiClient } from 'trader/contract';
import { withApproval } from './approvals.ts';
import { requestKey } from './request-key.ts';
import { askStepUp } from './step-up.ts';

const REFRESH_LOCK = 'algotrendy-refresh';
const REFRESH_MARK = 'algotrendy.refreshed';
/** What another tab refreshed so lately needs no second time. */
const FRESH_MS = 5000;

let refreshedAt = 0;

/** One refresh for all tabs: a refresh cookie that is used twice ends the session for safety. */
async function refreshOnce(ask: () => Promise<boolean>): Promise<boolean> {
  const guarded = async (): Promise<boolean> => {
    const elsewhere = Number(localStorage.getItem(REFRESH_MARK) ?? '0');
    if (elsewhere > refreshedAt && Date.now() - elsewhere < FRESH_MS) {
      refreshedAt = elsewhere;
      return true;
    }
    const done = await ask();
    if (done) {
      refreshedAt = Date.now();
      localStorage.setItem(REFRESH_MARK, String(refreshedAt));
    }
    return done;
  };
  // Locks need a secure page, which plain http to another machine is not.
  return 'locks' in navigator ? navigator.locks.request(REFRESH_LOCK, guarded) : guarded();
}

const client = createClient({ refresh: refreshOnce });

type Call = (route: string, input?: object) => Promise<unknown>;

/** Asks; where the server wants to know that it is really you, asks you, and then sends the same again with the same key. */
async function callSteppedUp(route: string, input: object = {}): Promise<unknown> {
  const call: Call = (name, given) => (client as { call: Call }).call(name, given);
  const keyed = { key: requestKey(), ...input };
  try {
    return await call(route, keyed);
  } catch (problem) {
    if (!(problem instanceof ApiProblem) || problem.code !== 'step-up-needed' || !(await askStepUp())) throw problem;
    return call(route, keyed);
  }
}

/** The same; where a second administrator was asked for, what was approved brings the approval. */
function callApproved(route: string, input: { readonly params?: object; readonly body?: object } = {}): Promise<unknown> {
  return withApproval(JSON.stringify([route, input.params, input.body]), (approval) => callSteppedUp(route, approval === undefined ? input : { ...input, approval }));
}

/** The API, signed in by cookies. */
export const api: ApiClient = { call: callApproved as ApiClient['call'] };

/** Gets a new access: false when the session has ended; rejects when that cannot be found out, as while the server is away. */
export async function refreshAccess(): Promise<boolean> {
  return refreshOnce(async () => {
    try {
      await client.call('authRefresh');
      return true;
    } catch (problem) {
      if (problem instanceof ApiProblem && (problem.status === 401 || problem.status === 403)) return false;
      throw problem;
    }
  });
}
