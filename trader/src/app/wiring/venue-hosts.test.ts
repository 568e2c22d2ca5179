import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../../test/command-line.ts';
import { providerHosts } from './provider-hosts.ts';
import { FEED_NAMES, hostName, hostsOf, isLiveHost, worldsOf } from './venue-hosts.ts';

/** What every host of every venue belongs to. A comment may name a page there: it dials nothing. */
const DOMAINS = /\b[\w-]+(\.[\w-]+)*\.(binance\.(com|vision|us)|binancefuture\.com|coinbase\.com|alpaca\.markets|okx\.com|kraken\.com|bybit\.com)\b/;

test('no source names a host of a venue but the one table of them', () => {
  const named = globSync('trader/src/**/*.{ts,mjs}', { cwd: ROOT, exclude: (name) => name.endsWith('.test.ts') })
    .filter((file) => !file.endsWith('venue-hosts.ts'))
    .flatMap((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').flatMap((line, at) => (DOMAINS.test(line) && !/^\s*(\/?\*|\/\/)/.test(line) ? [`${file}:${at + 1} ${line.trim()}`] : [])));
  assert.deepEqual(named, []);
  assert.match(readFileSync(join(import.meta.dirname, 'venue-hosts.ts'), 'utf8'), DOMAINS, 'the pattern sees what it looks for');
});

test('nothing of a sandbox is of real money, but for a market that both share', () => {
  for (const venue of FEED_NAMES) {
    for (const { world } of worldsOf(venue)) {
      for (const [role, url] of Object.entries(hostsOf(venue, world, undefined))) {
        assert.equal(isLiveHost(venue, hostName(url)), world === 'live' || (role.startsWith('data') && venue === 'alpaca'), `${venue} ${role}: ${url}`);
      }
    }
  }
});

test('every host is spoken to under TLS', () => {
  for (const venue of FEED_NAMES) {
    for (const { world } of worldsOf(venue)) for (const url of Object.values(hostsOf(venue, world, undefined))) assert.match(url, /^(https|wss):\/\/[^/]/);
  }
  for (const provider of ['alphavantage', 'yahoo', 'cryptocompare', 'coingecko', 'fred', 'alternative', 'reddit'] as const) {
    for (const url of Object.values(providerHosts(provider, undefined))) assert.match(url, /^https:\/\/[^/]/);
  }
});

test('with a loopback port everything is at this machine, each path as it was, and none of it counts as live', () => {
  assert.equal(hostsOf('binance', 'live', 4711).stream, 'ws://127.0.0.1:4711/ws-api/v3');
  assert.equal(hostsOf('coinbase', 'live', 80).rest, 'http://127.0.0.1:80');
  assert.throws(() => hostsOf('coinbase', 'sandbox', 80), /coinbase has no sandbox in which an account can be kept/);
  for (const venue of FEED_NAMES) {
    for (const { world } of worldsOf(venue)) {
      for (const url of Object.values(hostsOf(venue, world, 4711))) {
        assert.match(url, /^(http|ws):\/\/127\.0\.0\.1:4711(\/|$)/);
        assert.equal(isLiveHost(venue, hostName(url)), false);
      }
    }
  }
});
