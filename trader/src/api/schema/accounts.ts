import { z } from 'zod';
import { byId, done, id, line, page, paging, time } from './values.ts';

/** What a person may do: look; trade besides; decide who may besides. Each holds the ones before it. */
const role = z.enum(['viewer', 'trader', 'admin']).meta({ id: 'Role' });
/** No letters that nobody sees, or that turn the others round; in ranges, as every reader of the OpenAPI document knows them. */
const name = z.string().trim().min(1).max(64).regex(/^[\u0020-\u007e\u00a0-\u00ac\u00ae-\u200a\u2010-\u2027\u202f-\u205f\u2070-\ufefe\uff00-\ufff8]+$/);
/** Up to what Argon2 is asked to chew on. */
const password = z.string().min(1).max(256);
/** Six digits of a second factor, or a recovery code. */
const code = z.string().regex(/^[A-Za-z0-9-]{6,32}$/);
const instant = time.nullable();

const me = z.strictObject({
  id, name, role,
  secondFactor: z.boolean(),
  /** Unused recovery codes. */
  recoveryCodes: z.int(),
  /** Until when a confirmed identity counts for what needs step-up; null where it does not. */
  steppedUpUntil: instant,
  /** Whether a second factor is demanded and still to be set up: until then nothing else is allowed. */
  enrolling: z.boolean(),
  /** When the access ends unless it is refreshed. */
  expiresAt: time,
  via: z.enum(['session', 'token']),
}).meta({ id: 'Me' });

const signedIn = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('signed-in'), me }),
  z.strictObject({ state: z.literal('second-factor') }),
]).meta({ id: 'SignedIn', description: 'Either a session, by cookies, or the demand for the second factor' });

const user = z.strictObject({
  id, name, role, disabled: z.boolean(), secondFactor: z.boolean(), createdAt: time, lastSeenAt: instant, lockedUntil: instant,
}).meta({ id: 'User' });

/** A link that is good once, told once. */
const oneTimeLink = z.strictObject({ path: z.string(), expiresAt: time });

const session = z.strictObject({
  id, user: id, userName: name, createdAt: time, lastSeenAt: time, expiresAt: time, address: z.string(), device: z.string(), current: z.boolean(),
}).meta({ id: 'Session' });

const token = z.strictObject({ id, name, role, user: id, createdAt: time, expiresAt: instant, lastUsedAt: instant, lastFour: z.string() }).meta({ id: 'Token' });

const auditEntry = z.strictObject({
  sequence: z.int(), at: time, actor: z.string(), via: z.string(), action: z.string(), subject: z.string(),
  outcome: z.enum(['done', 'refused', 'failed']), address: z.string(), detail: line, hash: z.string(),
}).meta({ id: 'AuditEntry' });

/** Which account of a venue: with money, or its testnet, sandbox or paper account. */
const purpose = z.enum(['live', 'demo']);

const venueKey = z.strictObject({
  venue: z.string(), purpose, lastFour: z.string(), from: z.enum(['file', 'environment']), changedAt: instant, changedBy: z.string().nullable(),
}).meta({ id: 'VenueKey', description: 'That a key is there; the key itself is never read back' });

const approval = z.strictObject({
  id, action: z.string(), detail: line, by: name, at: time, expiresAt: time,
  state: z.enum(['waiting', 'approved', 'refused', 'expired', 'used']), decidedBy: name.nullable(),
}).meta({ id: 'Approval' });

const settings = z.strictObject({
  displayName: z.string().max(64),
  sessionIdleMs: z.int().min(300_000).max(2_592_000_000),
  requireSecondFactor: z.boolean(),
}).meta({ id: 'Settings' });

/** Requests and answers about people and what they may do. */
export const ACCOUNT_SCHEMAS = {
  authSetup: { answer: z.strictObject({ firstRun: z.boolean() }) },
  authFirstRun: { body: z.strictObject({ token: z.string().max(200), name, password }), answer: signedIn },
  authSetPassword: { body: z.strictObject({ token: z.string().max(200), password }), answer: signedIn },
  authSignIn: { body: z.strictObject({ name: z.string().max(64), password }), answer: signedIn },
  authSecondFactor: { body: z.strictObject({ code }), answer: signedIn },
  authRefresh: { answer: z.strictObject({ me }) },
  authSignOut: { answer: done },
  authStepUp: { body: z.strictObject({ password: password.optional(), code: code.optional() }), answer: z.strictObject({ steppedUpUntil: time }) },
  authMe: { answer: me },
  authPassword: { body: z.strictObject({ current: password, next: password }), answer: done },
  authTotpBegin: { answer: z.strictObject({ secret: z.string(), uri: z.string() }) },
  authTotpConfirm: { body: z.strictObject({ code }), answer: z.strictObject({ recoveryCodes: z.array(z.string()) }) },
  authTotpRemove: { answer: done },
  authRecoveryCodes: { answer: z.strictObject({ recoveryCodes: z.array(z.string()) }) },
  listUsers: { query: paging, answer: page(user) },
  createUser: { body: z.strictObject({ name, role }), answer: z.strictObject({ user, invitation: oneTimeLink }) },
  changeUser: { params: byId, body: z.strictObject({ role: role.optional(), disabled: z.boolean().optional(), /** Takes a lost one away; nobody can give one to somebody else. */ secondFactor: z.literal(false).optional() }), answer: user },
  removeUser: { params: byId, answer: done },
  resetUser: { params: byId, answer: z.strictObject({ user, invitation: oneTimeLink }) },
  listSessions: { query: z.strictObject({ ...paging.shape, user: id.optional() }), answer: page(session) },
  endSession: { params: byId, answer: done },
  listTokens: { query: paging, answer: page(token) },
  createToken: {
    body: z.strictObject({ name, role, expiresInDays: z.int().min(1).max(365).optional() }),
    answer: z.strictObject({ token, secret: z.string().meta({ description: 'Told this once' }) }),
  },
  removeToken: { params: byId, answer: done },
  listAudit: { query: z.strictObject({ ...paging.shape, actor: z.string().max(64).optional(), action: z.string().max(64).optional() }), answer: page(auditEntry) },
  verifyAudit: { answer: z.strictObject({ entries: z.int(), whole: z.boolean(), brokenAt: z.int().nullable(), head: z.string() }) },
  listVenueKeys: { answer: z.strictObject({ items: z.array(venueKey), venues: z.array(z.strictObject({ venue: z.string(), purposes: z.array(purpose), fields: z.array(z.string()) })) }) },
  putVenueKey: {
    params: z.strictObject({ venue: id, purpose }),
    body: z.strictObject({ fields: z.record(z.string().max(64), z.string().max(8192)) }),
    answer: z.strictObject({ key: venueKey, hints: z.array(line) }),
  },
  removeVenueKey: { params: z.strictObject({ venue: id, purpose }), answer: done },
  listApprovals: { query: paging, answer: page(approval) },
  approve: { params: byId, answer: approval },
  refuseApproval: { params: byId, answer: approval },
  readSettings: { answer: settings },
  changeSettings: { body: settings.partial(), answer: settings },
} as const;
