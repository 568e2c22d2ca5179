import { existsSync, readFileSync } from 'node:fs';
import { SecretFileError } from '../adapters/secrets/secret-file.ts';
import type { Config } from './config.ts';
import { fail, ok, warn, type Check } from './health-check.ts';
import { killFile } from './wiring/kill-switch.ts';
import { listKeys } from './wiring/secret-stores.ts';
import { accountText } from './wiring/venue-keys.ts';

/** What the usual services that keep a clock leave while they do. */
const TIME_SERVICES = ['/run/systemd/timesync/synchronized', '/run/chrony/chronyd.pid', '/run/chronyd.pid', '/run/ntpd.pid', '/run/openntpd.pid'];

/** Who may reach a venue, and whether trading is stopped. Asks nothing of any venue, and shows no value. */
export function checkAccess(config: Config): Check[] {
  return [...checkKeys(config), checkKill(config.home), ...checkLoopback(config)];
}

function checkKeys(config: Config): Check[] {
  try {
    const keys = listKeys(config);
    if (keys.length === 0) return [ok('Keys', 'none; paper needs none')];
    return [ok('Keys', keys.map(accountText).join('; ')), ...(process.platform === 'linux' ? [checkTimeService(TIME_SERVICES)] : [])];
  } catch (error) {
    if (!(error instanceof SecretFileError)) throw error;
    return [fail('Keys', error.message, 'Do as it says; nothing was changed.')];
  }
}

/** Whether anything keeps the clock, by the files that such services leave: venues refuse requests whose time stamp is seconds off. */
export function checkTimeService(files: readonly string[]): Check {
  return files.some((file) => existsSync(file)) ? ok('Clock service', 'a time service keeps the clock')
    : warn('Clock service', 'no time service was found, and venues refuse requests that are seconds off', 'Run one (NTP); ./algotrendy keys test measures how far the clock is from a venue\'s.');
}

function checkKill(home: string): Check {
  const file = killFile(home);
  return existsSync(file) ? warn('Kill file', `${file} is there: nothing trades${wordsIn(file)}`, 'Remove it when trading may go on.') : ok('Kill file', 'not there');
}

/** What somebody wrote into it, as far as one line goes. */
function wordsIn(file: string): string {
  const [line] = readFileSync(file, 'utf8').trim().split('\n');
  return line === '' ? '' : ` ("${line.slice(0, 80)}")`;
}

function checkLoopback({ loopbackPort }: Config): Check[] {
  return loopbackPort === undefined ? [] : [warn('Venues', `all are looked for at port ${loopbackPort} of this machine`, 'Unset ALGOTRENDY_LOOPBACK_PORT to reach the real ones.')];
}
