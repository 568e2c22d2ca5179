/** Which of a venue's two worlds: the one of real money, or the one in which nothing is. */
export type World = 'live' | 'sandbox';

/** The venues that can be reached, as the command line names them. */
export const VENUE_NAMES = ['binance', 'binance-usdm', 'coinbase', 'alpaca'] as const;
export type VenueName = (typeof VENUE_NAMES)[number];

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
    sandbox: { rest: 'https://api-sandbox.coinbase.com', user: 'wss://advanced-trade-ws-user-sandbox.coinbase.com', market: 'wss://advanced-trade-ws-sandbox.coinbase.com' },
  },
  alpaca: {
    live: { rest: 'https://api.alpaca.markets', stream: 'wss://api.alpaca.markets/stream', data: 'https://data.alpaca.markets', dataStream: 'wss://stream.data.alpaca.markets' },
    sandbox: { rest: 'https://paper-api.alpaca.markets', stream: 'wss://paper-api.alpaca.markets/stream', data: 'https://data.alpaca.markets', dataStream: 'wss://stream.data.alpaca.markets' },
  },
} as const satisfies Readonly<Record<VenueName, Readonly<Record<World, Readonly<Record<string, string>>>>>>;

/** What each venue calls its sandbox. */
export const SANDBOX_WORDS = { binance: 'testnet', 'binance-usdm': 'testnet', coinbase: 'sandbox', alpaca: 'paper' } as const satisfies Readonly<Record<VenueName, string>>;

/** The hosts of one venue, by what is asked there: whole URLs. What its sandbox has not may be absent. */
export type HostsOf<V extends VenueName> = Readonly<Record<keyof (typeof HOSTS)[V]['sandbox'], string> & Partial<Record<Exclude<keyof (typeof HOSTS)[V]['live'], keyof (typeof HOSTS)[V]['sandbox']>, string>>>;

/**
 * Where a venue is. With a `loopbackPort` everything is at that port of this machine instead, each path
 * as it was: a number cannot name another machine.
 */
export function hostsOf<V extends VenueName>(venue: V, world: World, loopbackPort: number | undefined): HostsOf<V> {
  const hosts: Readonly<Record<string, string>> = HOSTS[venue][world];
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
