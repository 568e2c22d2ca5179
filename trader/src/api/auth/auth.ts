import type { FastifyInstance } from 'fastify';
import type { Accounts } from '../../ports/accounts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { Gate } from '../gate.ts';
import type { SocketGate } from '../stream/gate.ts';
import { AccessTokens } from './access-tokens.ts';
import { AuditTrail, type TrailTrouble } from './audit-trail.ts';
import { SessionCookies } from './cookies.ts';
import { entryHandlers } from './entry-handlers.ts';
import { FourEyes } from './four-eyes.ts';
import { InstallationSettings } from './installation-settings.ts';
import { Keyring, type RandomBytes } from './keyring.ts';
import { OneTimeLinks } from './one-time-links.ts';
import { ownAccountHandlers } from './own-account-handlers.ts';
import { Passwords } from './passwords.ts';
import { RequestGate } from './request-gate.ts';
import { SecondFactor } from './second-factor.ts';
import { securityHandlers, type VenueKeyShelf } from './security-handlers.ts';
import { sessionHandlers } from './session-handlers.ts';
import { Sessions } from './sessions.ts';
import { SignIn } from './sign-in.ts';
import { SignInThrottle } from './sign-in-throttle.ts';
import { ConnectionGate } from './socket-gate.ts';
import { userHandlers } from './user-handlers.ts';

/** How often what has expired is cleared away. */
const PRUNE_MS = 3_600_000;

/** What accounts and their guard are made of. */
export interface AuthOptions {
  readonly accounts: Accounts;
  /** Keeps the key that seals second factors, apart from the accounts. */
  readonly secrets: SecretStore;
  readonly venueKeys: VenueKeyShelf;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Names, besides addresses and `localhost`, under which the server is reached, in small letters. */
  readonly hostNames: readonly string[];
  /** Addresses of proxies that are believed when they say who asks. */
  readonly trustedProxies?: readonly string[];
  /** Whether browsers reach it over TLS alone. */
  readonly secure: boolean;
  /** Whether orders cost real money. */
  readonly realMoney: () => boolean;
  readonly onTrouble: TrailTrouble;
}

/** Who may come in, and what they may do there. */
export interface Auth extends Gate {
  readonly sockets: SocketGate;
  /** Path of the first administrator's one-time link, good for an hour; undefined where there is somebody. Never to be written to a log. */
  firstRunPath(): Promise<string | undefined>;
  close(): void;
}

/** Puts sign-in, sessions, roles and the audit log together. Throws what the stores throw. */
export async function createAuth({ accounts, secrets, venueKeys, clock, random, hostNames, trustedProxies = [], secure, realMoney, onTrouble }: AuthOptions): Promise<Auth> {
  const keys = await Keyring.open(secrets, random);
  const tokens = new AccessTokens(accounts, clock, keys);
  const settings = new InstallationSettings(accounts, clock);
  const sessions = new Sessions({ accounts, clock, keys, tokens, settings, realMoney });
  const passwords = new Passwords(keys);
  const trail = new AuditTrail(accounts, clock, onTrouble);
  const throttle = new SignInThrottle(accounts, clock, (action, subject, address) => trail.note({ actor: 'the gate', via: '', action, subject, outcome: 'done', address, detail: '' }, true));
  const factor = new SecondFactor(accounts, clock, keys);
  const cookies = new SessionCookies(secure);
  const signIn = new SignIn({ accounts, clock, keys, tokens, sessions, passwords, factor, throttle });
  const links = new OneTimeLinks(accounts, clock, keys);
  const gate = new RequestGate({ sessions, cookies, throttle, fourEyes: new FourEyes(accounts, clock, keys), trail, clock, hostNames, realMoney });
  const sockets = new ConnectionGate({ gate, sessions, clock, trail, trustedProxies, onTrouble });
  let stop = () => undefined as void;
  const pruneLater = () => {
    stop = clock.after(PRUNE_MS, () => void accounts.prune(clock.now()).catch((error: unknown) => { onTrouble('expired sessions and bans cannot be cleared away', error); }).finally(pruneLater));
  };
  pruneLater();
  await accounts.prune(clock.now());
  return {
    install: (app: FastifyInstance) => { gate.install(app); },
    handlers: {
      ...entryHandlers({ accounts, signIn, sessions, cookies }),
      ...ownAccountHandlers({ accounts, signIn, sessions, factor, passwords, cookies }),
      ...userHandlers({ accounts, clock, keys, links, sessions, throttle }),
      ...sessionHandlers({ accounts, clock, sessions }),
      ...securityHandlers({ accounts, clock, sessions, settings, venueKeys }),
    },
    sockets,
    firstRunPath: () => links.firstRun(),
    close() {
      stop();
      sockets.close();
    },
  };
}
