import { Refusal } from '../refusal.ts';

/** Which of a venue's two worlds: the one of real money, or the one in which nothing is. */
export type World = 'live' | 'sandbox';

/** The venues that can be reached, as the command line names them. */
export const VENUE_NAMES = ['binance', 'binance-usdm', 'coinbase', 'alpaca'] as const;
export type VenueName = (typeof VENUE_NAMES)[number];

/** Whole URLs, by what is asked there. */
type Hosts = Readonly<Record<string, string>>;
type Table = typeof HOSTS;

/**
 * Every host of every venue, by what is asked there. It is the only place of the product that names
 * one, and a test keeps it so: what is not here is never dialled. Sources: the venues' own pages, which
 * docs/venues names one by one.
 */
const HOSTS = {
  binance: {
    live: { rest: 'https://api.binance.com', stream: 'wss://ws-api.binance.com/ws-api/v3', market: 'wss://stream.binance.com:9443', data: 'https://data-api.binance.vision', dataStream: 'wss://data-stream.binance.vision' },
    sandbox: { rest: 'https://testnet.binance.vision', stream: 'wss://ws-api.testnet.binance.vision/ws-api/v3', market: 'wss://stream.testnet.binance.vision', data: 'https://testnet.binance.vision', dataStream: 'wss://stream.testnet.binance.vision' },
  },
  'binance-usdm': {
    live: { rest: 'https://fapi.binance.com', stream: 'wss://fstream.binance.com', wallet: 'https://api.binance.com' },
    sandbox: { rest: 'https://demo-fapi.binance.com', stream: 'wss://demo-fstream.binance.com' },
  },
  coinbase: {
    live: { rest: 'https://api.coinbase.com', user: 'wss://advanced-trade-ws-user.coinbase.com', market: 'wss://advanced-trade-ws.coinbase.com' },
  },
  alpaca: {
    live: { rest: 'https://api.alpaca.markets', stream: 'wss://api.alpaca.markets/stream', data: 'https://data.alpaca.markets', dataStream: 'wss://stream.data.alpaca.markets' },
    sandbox: { rest: 'https://paper-api.alpaca.markets', stream: 'wss://paper-api.alpaca.markets/stream', data: 'https://data.alpaca.markets', dataStream: 'wss://stream.data.alpaca.markets' },
  },
} as const satisfies Readonly<Record<VenueName, { readonly live: Hosts; readonly sandbox?: Hosts }>>;

/** What a venue calls its sandbox; one that is not here has none in which an account could be kept. Coinbase's gives everybody the same samples. */
const SANDBOX_WORDS: Readonly<Partial<Record<VenueName, string>>> = { binance: 'testnet', 'binance-usdm': 'testnet', alpaca: 'paper' };

/** The worlds of a venue, each with the word that the command line has for it: `live`, `testnet`. */
export function worldsOf(venue: VenueName): readonly { readonly world: World; readonly word: string }[] {
  const sandbox = SANDBOX_WORDS[venue];
  return [{ world: 'live', word: 'live' }, ...(sandbox === undefined ? [] : [{ world: 'sandbox', word: sandbox } as const])];
}

/** The word for one of them. Refuses a sandbox where there is none. */
export function worldWord(venue: VenueName, world: World): string {
  const found = worldsOf(venue).find((each) => each.world === world);
  if (found !== undefined) return found.word;
  throw new Refusal('usage', `${venue} has no sandbox in which an account can be kept`, { hint: `Trade its market on paper: ./algotrendy paper --feed ${venue}` });
}

type SandboxOf<V extends VenueName> = Table[V] extends { readonly sandbox: infer Sandbox } ? Sandbox : Table[V]['live'];

/** The hosts of one venue. What its sandbox has not may be absent. */
export type HostsOf<V extends VenueName> = Readonly<Record<keyof SandboxOf<V>, string> & Partial<Record<Exclude<keyof Table[V]['live'], keyof SandboxOf<V>>, string>>>;

/**
 * Where a venue is. With a `loopbackPort` everything is at that port of this machine instead, each path
 * as it was: a number cannot name another machine. Refuses a sandbox where there is none.
 */
export function hostsOf<V extends VenueName>(venue: V, world: World, loopbackPort: number | undefined): HostsOf<V> {
  const { live, sandbox }: { readonly live: Hosts; readonly sandbox?: Hosts } = HOSTS[venue];
  worldWord(venue, world);
  const hosts = world === 'live' ? live : sandbox ?? {};
  const at = (url: string) => (loopbackPort === undefined ? url : url.replace(/^(http|ws)s:\/\/[^/]+/, `$1://127.0.0.1:${loopbackPort}`));
  return Object.fromEntries(Object.entries(hosts).map(([role, url]) => [role, at(url)])) as HostsOf<V>;
}

/** The name of a host within its URL, with its port where it is not the usual one. */
export function hostName(url: string): string {
  return new URL(url).host;
}

/** Whether a host, as `hostName` gives it, is one of a venue's world of real money: what is heard from any other proves nothing. */
export function isLiveHost(venue: VenueName, host: string): boolean {
  return Object.values(HOSTS[venue].live).some((url) => hostName(url) === host);
}
