import { AuditChain } from '../../domain/audit.ts';
import type { Result } from '../../domain/result.ts';
import type { Accounts, Approval } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import { pageOf } from '../paging.ts';
import { ApiError } from '../problem.ts';
import type { Answer } from '../schema/table.ts';
import { bodyOf, callerOf, DONE, paramsOf, queryOf, type AccountHandlers } from './account-handlers.ts';
import type { InstallationSettings } from './installation-settings.ts';
import type { Sessions } from './sessions.ts';

/** Which account of a venue: with money, or its testnet, sandbox or paper account. */
export type KeyPurpose = 'live' | 'demo';

/** That keys are there; the keys are never read back. */
export interface KeptKey {
  readonly venue: string;
  readonly purpose: KeyPurpose;
  /** Of the key's id, not of its secret. */
  readonly lastFour: string;
  readonly from: 'file' | 'environment';
}

/** A venue that keys can be kept for. */
export interface KeyedVenue {
  readonly venue: string;
  readonly purposes: readonly KeyPurpose[];
  /** What its keys are made of. */
  readonly fields: readonly string[];
}

/** Keys of venues: put in and forgotten, never read back through here. */
export interface VenueKeyShelf {
  list(): Promise<readonly KeptKey[]>;
  readonly venues: readonly KeyedVenue[];
  /** Asks the venue what the keys may do and keeps them where nothing speaks against it; what a person should know, as sentences. */
  put(venue: string, purpose: KeyPurpose, fields: Readonly<Record<string, string>>): Promise<Result<{ readonly key: KeptKey; readonly hints: readonly string[] }, { readonly kind: 'refused' | 'unknown-venue'; readonly message: string }>>;
  /** Forgets them; false where there are none that this could. */
  remove(venue: string, purpose: KeyPurpose): Promise<boolean>;
}

/** What these routes are answered from. */
export interface SecurityHandlerParts {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly settings: InstallationSettings;
  readonly venueKeys: VenueKeyShelf;
}

type SecurityRoute =
  | 'listAudit' | 'verifyAudit' | 'listVenueKeys' | 'putVenueKey' | 'removeVenueKey' | 'listApprovals' | 'approve' | 'refuseApproval' | 'readSettings' | 'changeSettings';

/** Entries that are read at once while the chain is gone along. */
const STRETCH = 2_000;

/** Audit log, venue keys, approvals and settings. */
export function securityHandlers({ accounts, clock, sessions, settings, venueKeys }: SecurityHandlerParts): AccountHandlers<SecurityRoute> {
  const decide = async (request: Parameters<AccountHandlers<'approve'>['approve']>[0], approve: boolean) => {
    const { id } = paramsOf<'approve'>(request);
    const { userId, name } = callerOf(request);
    const decided = await accounts.decideApproval(id, userId, name, approve, clock.now());
    if (decided === 'unknown') throw new ApiError('not-found', 'There is no such demand.');
    if (decided === 'own') throw new ApiError('role-too-low', 'What you asked for yourself, somebody else has to approve.');
    if (decided === 'over') throw new ApiError('conflict', 'It was decided, used or has expired.');
    request.auditNote = { subject: id, detail: `${decided.action} of ${decided.by}` };
    return approvalRow(decided, clock.now());
  };
  return {
    async listAudit(request) {
      const { cursor, limit, actor, action } = queryOf<'listAudit'>(request);
      if (cursor !== undefined && !/^[1-9]\d{0,14}$/.test(cursor)) throw new ApiError('bad-cursor', 'This cursor was not given here.');
      const items = await accounts.audit({ before: cursor === undefined ? undefined : Number(cursor), limit: limit + 1, actor, action });
      const part = items.slice(0, limit);
      return { items: part, next: items.length > limit ? String(part.at(-1)?.sequence) : null };
    },
    verifyAudit: () => verifyAudit(accounts),
    async listVenueKeys() {
      const kept = await venueKeys.list();
      return {
        items: await Promise.all(kept.map((key) => keyRow(accounts, key))),
        venues: venueKeys.venues.map(({ venue, purposes, fields }) => ({ venue, purposes: [...purposes], fields: [...fields] })),
      };
    },
    async putVenueKey(request) {
      const { venue, purpose } = paramsOf<'putVenueKey'>(request);
      request.auditNote = { subject: `${venue} ${purpose}` };
      const put = await venueKeys.put(venue, purpose, bodyOf<'putVenueKey'>(request).fields);
      if (!put.ok) throw new ApiError(put.error.kind === 'unknown-venue' ? 'not-found' : 'bad-value', put.error.message);
      return { key: { ...put.value.key, changedAt: clock.now(), changedBy: callerOf(request).name }, hints: [...put.value.hints] };
    },
    async removeVenueKey(request) {
      const { venue, purpose } = paramsOf<'removeVenueKey'>(request);
      request.auditNote = { subject: `${venue} ${purpose}` };
      if (!await venueKeys.remove(venue, purpose)) throw new ApiError('not-found', 'There are no such keys here; those of the environment are taken out of the environment.');
      return DONE;
    },
    async listApprovals(request) {
      const { items, next } = pageOf(await accounts.approvals(), queryOf<'listApprovals'>(request), ({ id }) => id);
      return { items: items.map((each) => approvalRow(each, clock.now())), next };
    },
    approve: (request) => decide(request, true),
    refuseApproval: (request) => decide(request, false),
    readSettings: async () => ({ ...await settings.current() }),
    async changeSettings(request) {
      const { displayName, sessionIdleMs, requireSecondFactor } = bodyOf<'changeSettings'>(request);
      const values = { ...(displayName !== undefined && { displayName }), ...(sessionIdleMs !== undefined && { sessionIdleMs }), ...(requireSecondFactor !== undefined && { requireSecondFactor }) };
      request.auditNote = { detail: JSON.stringify(values) };
      const changed = await settings.change(values);
      sessions.forget();
      return { ...changed };
    },
  };
}

/** Goes along the whole chain of the audit log. `head` is the hash of the last whole entry. */
export async function verifyAudit(accounts: Accounts): Promise<Answer<'verifyAudit'>> {
  const chain = new AuditChain();
  const count = await accounts.auditCount();
  for (;;) {
    const entries = await accounts.auditAfter(chain.sequence, STRETCH);
    for (const entry of entries) chain.take(entry);
    if (chain.brokenAt !== undefined || entries.length < STRETCH) break;
  }
  // More may have come meanwhile; fewer than were ever counted have been cut off.
  const brokenAt = chain.brokenAt ?? (chain.sequence < count ? chain.sequence + 1 : null);
  return { entries: chain.sequence, whole: brokenAt === null, brokenAt, head: chain.hash };
}

async function keyRow(accounts: Accounts, key: KeptKey): Promise<Answer<'listVenueKeys'>['items'][number]> {
  const [change] = (await accounts.audit({ limit: 500, action: 'putVenueKey' })).filter(({ subject, outcome }) => outcome === 'done' && subject === `${key.venue} ${key.purpose}`);
  return { ...key, changedAt: change?.at ?? null, changedBy: change?.actor ?? null };
}

function approvalRow({ id, action, detail, by, at, expiresAt, state, decidedBy }: Approval, now: number): Answer<'approve'> {
  return { id, action, detail, by, at, expiresAt, state: state !== 'used' && state !== 'refused' && expiresAt <= now ? 'expired' : state, decidedBy: decidedBy ?? null };
}
