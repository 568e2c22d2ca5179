import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { fastify, type FastifyInstance } from 'fastify';
import { SqliteAccounts } from '../src/adapters/accounts/sqlite-accounts.ts';
import { createAuth, type Auth } from '../src/api/auth/auth.ts';
import { newUser } from '../src/api/auth/sign-in.ts';
import type { VenueKeyShelf } from '../src/api/auth/security-handlers.ts';
import { ApiError, problemOf, secondsOf } from '../src/api/problem.ts';
import { ROUTES, type RouteFacts, type RouteName } from '../src/api/routes.ts';
import { SCHEMAS, type RouteSchemas } from '../src/api/schema/table.ts';
import { checkBySchema, NOTHING_ASKED } from '../src/api/validation.ts';
import type { Secret } from '../src/domain/secret.ts';
import type { Accounts } from '../src/ports/accounts.ts';
import type { SecretStore } from '../src/ports/secret-store.ts';
import { VirtualClock } from '../src/simulation/virtual-clock.ts';

/** A password that nothing speaks against. */
export const GOOD_PASSWORD = 'correct horse battery staple';
const BEGIN = Date.UTC(2026, 0, 5, 9);

/** A store of secrets in memory. */
export class MemorySecrets implements SecretStore {
  readonly kept = new Map<string, Secret>();
  read = async (name: string) => this.kept.get(name);
  write = async (name: string, value: Secret) => { this.kept.set(name, value); };
  writeFirst = async (name: string, value: Secret) => this.kept.get(name) ?? (this.kept.set(name, value), value);
}

/** Takes every key for a venue called `mock`, and remembers what it was given. */
export class MemoryKeyShelf implements VenueKeyShelf {
  readonly venues = [{ venue: 'mock', purposes: ['demo'], fields: ['key', 'secret'] }] as const;
  readonly given: Readonly<Record<string, string>>[] = [];
  list: VenueKeyShelf['list'] = async () => this.given.map(({ key }) => ({ venue: 'mock', purpose: 'demo', lastFour: key.slice(-4), from: 'file' }));
  put: VenueKeyShelf['put'] = async (venue, purpose, fields) => {
    if (venue !== 'mock') return { ok: false, error: { kind: 'unknown-venue', message: `There is no venue ${venue}.` } };
    this.given.push(fields);
    return { ok: true, value: { key: { venue, purpose, lastFour: (fields['key'] ?? '').slice(-4), from: 'file' }, hints: [] } };
  };
  remove: VenueKeyShelf['remove'] = async () => this.given.pop() !== undefined;
}

/** Sign-in and roles over a server that answers every other route with nothing. */
export interface AuthHouse {
  readonly auth: Auth;
  readonly app: FastifyInstance;
  readonly accounts: Accounts;
  readonly clock: VirtualClock;
  readonly shelf: MemoryKeyShelf;
  readonly secrets: MemorySecrets;
  /** Whether real money is traded. */
  real: boolean;
  /** Lets time pass. */
  pass(delayMs: number): Promise<void>;
  /** A browser that nobody has used. */
  browser(address?: string): HandBrowser;
  /** A browser in which somebody of that role is signed in. */
  signedIn(role: 'viewer' | 'trader' | 'admin', name?: string, address?: string): Promise<HandBrowser>;
  close(): Promise<void>;
}

/** What came back. */
export interface HandAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Opens the house. A second one may be opened over the same accounts and secrets, as another process. */
export async function openAuthHouse(shared?: AuthHouse): Promise<AuthHouse> {
  const accounts = shared?.accounts ?? new SqliteAccounts(':memory:');
  const clock = shared?.clock ?? new VirtualClock(BEGIN);
  const [secrets, shelf] = [shared?.secrets ?? new MemorySecrets(), new MemoryKeyShelf()];
  const auth = await createAuth({
    accounts, secrets, clock, venueKeys: shelf, random: (count) => randomBytes(count), hostNames: ['trader.example'], secure: false,
    realMoney: () => house.real, onTrouble: (message, error) => { throw new Error(message, { cause: error }); },
  });
  const app = fastify();
  checkBySchema(app);
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof ApiError)) return reply.code(error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500).send({ code: 'plain', message: String(error) });
    if (error.retryAfterMs !== undefined) void reply.header('retry-after', secondsOf(error.retryAfterMs));
    return reply.code(error.statusCode).send(problemOf(error, request.id));
  });
  auth.install(app);
  for (const [name, route] of Object.entries(ROUTES) as [RouteName, RouteFacts][]) {
    const { params, query, body }: RouteSchemas = SCHEMAS[name];
    const own = name in auth.handlers ? auth.handlers[name as keyof Auth['handlers']] : undefined;
    app.route({
      method: route.method, url: `/api/v1${route.path}`, config: { access: route.access, operation: name },
      schema: own === undefined ? {} : { params: params ?? NOTHING_ASKED, querystring: query ?? NOTHING_ASKED, ...(body && { body }) },
      handler: async (request, reply) => (own === undefined ? { reached: name } : own(request, reply)),
    });
  }
  await app.ready();
  const house: AuthHouse = {
    auth, app, accounts, clock, shelf, secrets, real: false,
    pass: (delayMs) => clock.run(clock.now() + delayMs),
    browser: (address = '127.0.0.1') => new HandBrowser(app, address),
    async signedIn(role, name = `${role} ${people + 1}`, address) {
      people += 1;
      const browser = house.browser(address);
      const path = (await accounts.users()).length === 0 ? await auth.firstRunPath() : undefined;
      if (path !== undefined) {
        const admin = role === 'admin' ? browser : house.browser(address);
        await admin.succeed('POST', '/auth/first-run', { token: path.split('#')[1], name: role === 'admin' ? name : 'first admin', password: GOOD_PASSWORD });
        if (role === 'admin') return browser;
      }
      await accounts.addUser(newUser(`u${people}`, name, role, await hashed, clock.now()));
      await browser.succeed('POST', '/auth/sign-in', { name, password: GOOD_PASSWORD });
      return browser;
    },
    async close() {
      auth.close();
      await app.close();
      if (shared === undefined) await accounts.close();
    },
  };
  return house;
}

let people = 0;
/** Hashing is slow on purpose: once is enough. */
const hashed = hash(GOOD_PASSWORD);

/** Keeps cookies as a browser does, and sends what our own pages send. */
export class HandBrowser {
  readonly cookies = new Map<string, string>();
  readonly #app: FastifyInstance;
  readonly #address: string;

  constructor(app: FastifyInstance, address: string) {
    this.#app = app;
    this.#address = address;
  }

  /** Sends a request with our pages' header; further headers replace those. */
  async ask(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, headers: Readonly<Record<string, string | undefined>> = {}): Promise<HandAnswer> {
    const cookie = [...this.cookies].filter(([, { length }]) => length > 0).map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = { host: '127.0.0.1:7070', origin: 'http://127.0.0.1:7070', 'x-algotrendy': '1', ...(cookie !== '' && { cookie }), ...(body !== undefined && { 'content-type': 'application/json' }), ...headers };
    const response = await this.#app.inject({
      method, url: `/api/v1${path}`, remoteAddress: this.#address,
      headers: Object.fromEntries(Object.entries(sent).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))),
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    });
    for (const line of [response.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.cookies.set(name, value);
    }
    return { status: response.statusCode, body: response.body === '' ? {} : JSON.parse(response.body) as HandAnswer['body'], headers: response.headers };
  }

  /** The same, and it must work. */
  async succeed(...request: Parameters<HandBrowser['ask']>): Promise<HandAnswer> {
    const answer = await this.ask(...request);
    assert.equal(answer.status, 200, `${request[0]} ${request[1]}: ${JSON.stringify(answer.body)}`);
    return answer;
  }

  /** The same, and it must be refused with this code. */
  async fail(code: string, ...request: Parameters<HandBrowser['ask']>): Promise<HandAnswer> {
    const answer = await this.ask(...request);
    assert.equal(answer.body['code'], code, `${request[0]} ${request[1]}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }
}

/** The code of a moment by RFC 6238, reckoned here with Node's own HMAC. */
export function totpAt(secret: string, at: number): string {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = digest[19] & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, '0');
}
