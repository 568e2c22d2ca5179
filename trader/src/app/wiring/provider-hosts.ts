/** The providers that are asked where nobody says which, in this order. */
export const USUAL_PROVIDERS = ['alphavantage', 'yahoo', 'cryptocompare', 'coingecko'] as const;

/** The venues that tell the history of their coins; their hosts are in venue-hosts.ts. Two of them never have the same prices, so each is asked only by name. */
const COIN_VENUES = ['coinbase', 'binance', 'kraken', 'okx'] as const;
export type CoinVenue = (typeof COIN_VENUES)[number];

/** The providers of market data that can be asked, as the command line names them. */
export const PROVIDER_NAMES = [...USUAL_PROVIDERS, ...COIN_VENUES] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** Sources of series and of what people say; hosts of Binance's are in venue-hosts.ts. */
export const SERIES_PROVIDERS = ['fred', 'alternative', 'binance-usdm', 'reddit'] as const;
export type SeriesProvider = (typeof SERIES_PROVIDERS)[number];

/** Every host of every provider; the only place of the product that names one, and a test keeps it so. */
const HOSTS = {
  alphavantage: { rest: 'https://www.alphavantage.co' },
  yahoo: { rest: 'https://query2.finance.yahoo.com', cookie: 'https://fc.yahoo.com' },
  cryptocompare: { rest: 'https://min-api.cryptocompare.com' },
  coingecko: { rest: 'https://api.coingecko.com' },
  fred: { rest: 'https://api.stlouisfed.org' },
  alternative: { rest: 'https://api.alternative.me' },
  reddit: { token: 'https://www.reddit.com', rest: 'https://oauth.reddit.com' },
} as const satisfies Readonly<Record<Exclude<ProviderName, CoinVenue> | Exclude<SeriesProvider, 'binance-usdm'>, Readonly<Record<string, string>>>>;

/** Where a provider is; with a `loopbackPort` everything is at that port of this machine instead. */
export function providerHosts<P extends keyof typeof HOSTS>(provider: P, loopbackPort: number | undefined): Readonly<Record<keyof (typeof HOSTS)[P], string>> {
  const roles = Object.entries(HOSTS[provider]).map(([role, url]) => [role, loopbackPort === undefined ? url : `http://127.0.0.1:${loopbackPort}`]);
  return Object.fromEntries(roles) as Readonly<Record<keyof (typeof HOSTS)[P], string>>;
}
