import { flag, readInteger, readText, value, type OptionValues } from './options.ts';
import { Refusal } from './refusal.ts';
import type { ApiChoice } from './run-api.ts';

/** Where a run's API and dashboard are served: paper and live take it. */
export const API_OPTIONS = {
  'no-api': flag('trade without the API and the dashboard'),
  'api-port': value('N', 'serve them at this port, 0 for any free one; 7070 or the next free one where not given', readInteger(0)),
  'api-host': value('ADDRESS', 'listen at this address; 127.0.0.1, which only this machine reaches, where not given', readText),
  'api-origin': value('URL', 'behind a proxy of this machine: the address that browsers see, such as https://trade.example', readOrigin),
};

const DEFAULT_PORT = 7_070;
const DEFAULT_HOST = '127.0.0.1';

/** What the options come to; with --json, which programs read, there is no API unless it is asked for. */
export function readApiChoice(options: OptionValues<typeof API_OPTIONS>, json: boolean): ApiChoice | undefined {
  const { 'no-api': none, 'api-port': port, 'api-host': host, 'api-origin': origin } = options;
  const asked = port !== undefined || host !== undefined || origin !== undefined;
  if (none && asked) throw new Refusal('usage', '--no-api excludes --api-port, --api-host and --api-origin');
  if (none || (json && !asked)) return undefined;
  if (port !== undefined && port > 65_535) throw new Refusal('usage', `--api-port takes a port up to 65535, not ${port}`);
  return { host: host ?? DEFAULT_HOST, port: port ?? DEFAULT_PORT, orNext: port === undefined, origin };
}

/** Scheme, name and port, and nothing after. */
function readOrigin(text: string, name: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw new Refusal('usage', `--${name} takes an address such as https://trade.example, not "${text}"`);
}
