import { join, resolve } from 'node:path';
import { Secret } from '../domain/secret.ts';
import { Refusal } from './refusal.ts';
import { didYouMean } from './suggestion.ts';

/** What the environment says. Secrets are held as such: printed, they are `[secret]`. */
export interface Config {
  /** Absolute path of the folder that holds all state. */
  readonly home: string;
  /** Whether unexpected errors show their stack. */
  readonly debug: boolean;
  /** Whether colours are wanted; undefined leaves it to the terminal. */
  readonly color: boolean | undefined;
  /** Whether this runs in continuous integration: no live screens, no progress bars. */
  readonly ci: boolean;
  /** `ALGOTRENDY_SECRET_NAME=…`, by NAME. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Where all venues are looked for in place of the real ones: a port of this machine. */
  readonly loopbackPort: number | undefined;
  /** Which store holds the bars of `home`. */
  readonly marketStore: MarketStoreName;
}

/** The stores of bars that there are, as the settings name them: a file of the state folder, or a server whose URL is a secret. */
export const MARKET_STORE_NAMES = ['embedded', 'questdb'] as const;
export type MarketStoreName = (typeof MARKET_STORE_NAMES)[number];

/** What holds before the environment was read. */
export const NO_CONFIG: Config = { home: '', debug: false, color: undefined, ci: false, secrets: new Map(), loopbackPort: undefined, marketStore: 'embedded' };

const PREFIX = 'ALGOTRENDY_';
const SECRET_PREFIX = 'ALGOTRENDY_SECRET_';

/**
 * Reads the environment; nothing else in the product does. Unknown `ALGOTRENDY_*` keys are
 * refused: a misspelt setting must not be taken for its default. The schema is loaded only where
 * there is such a key, because zod takes longer to load than most commands take to run.
 */
export async function readConfig(
  environment: Readonly<NodeJS.ProcessEnv> = process.env, folder: string = process.cwd(),
): Promise<Config> {
  const own = Object.fromEntries(Object.entries(environment).filter(([key]) => key.startsWith(PREFIX) && !key.startsWith(SECRET_PREFIX)));
  const settings = Object.keys(own).length === 0 ? {} : await checkSettings(own);
  return {
    home: checkHome(settings.ALGOTRENDY_HOME === undefined ? join(folder, '.algotrendy') : resolve(folder, settings.ALGOTRENDY_HOME)),
    debug: settings.ALGOTRENDY_DEBUG === '1',
    color: isSet(environment['NO_COLOR']) ? false : isSet(environment['FORCE_COLOR']) ? environment['FORCE_COLOR'] !== '0' : undefined,
    ci: isSet(environment['CI']) && environment['CI'] !== 'false',
    secrets: secretsOf(environment),
    loopbackPort: settings.ALGOTRENDY_LOOPBACK_PORT === undefined ? undefined : Number(settings.ALGOTRENDY_LOOPBACK_PORT),
    marketStore: settings.ALGOTRENDY_MARKET_STORE ?? 'embedded',
  };
}

/** Refuses a place in which no folder can be made. Linux says there that the parent is missing, and Node then tries for ever. */
function checkHome(home: string): string {
  if (!/^\/proc(\/|$)/.test(home)) return home;
  throw new Refusal('usage', 'nothing can be kept in /proc', { where: `ALGOTRENDY_HOME, ${home}`, hint: 'Point ALGOTRENDY_HOME at a folder on a disk.' });
}

function secretsOf(environment: Readonly<NodeJS.ProcessEnv>): ReadonlyMap<string, Secret> {
  return new Map(Object.entries(environment).flatMap(([key, value]) => (key.startsWith(SECRET_PREFIX) && isSet(value) ? [[key.slice(SECRET_PREFIX.length), new Secret(String(value))] as const] : [])));
}

/** The table in docs/cli.md names the same keys. */
async function checkSettings(own: Readonly<Record<string, string | undefined>>) {
  const z = await import('zod/mini');
  const schema = z.strictObject({
    ALGOTRENDY_HOME: z.optional(z.string().check(z.minLength(1, 'must name a folder'))),
    ALGOTRENDY_DEBUG: z.optional(z.enum(['0', '1'], 'must be 0 or 1')),
    ALGOTRENDY_MARKET_STORE: z.optional(z.enum(MARKET_STORE_NAMES, `must be one of ${MARKET_STORE_NAMES.join(', ')}`)),
    ALGOTRENDY_LOOPBACK_PORT: z.optional(z.string().check(z.regex(/^[1-9]\d{0,4}$/, 'must be a port of this machine'))),
  });
  const read = schema.safeParse(own);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape);
    throw new Refusal('usage', `unknown setting ${issue.keys.join(', ')} in the environment`, {
      hint: didYouMean(issue.keys[0] ?? '', known) ?? `Known settings: ${known.join(', ')}. Unset it.`,
    });
  }
  throw new Refusal('usage', `${String(issue?.path[0])} ${issue?.message}`, { where: 'environment' });
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}
