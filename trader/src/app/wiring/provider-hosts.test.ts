import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../../test/command-line.ts';
import { USUAL_PROVIDERS, providerHosts } from './provider-hosts.ts';

/** What the hosts of providers belong to. A comment may name a page there: it dials nothing. */
const DOMAINS = /\b(alphavantage\.co|finance\.yahoo\.com|fc\.yahoo\.com|cryptocompare\.com|coingecko\.com|api\.stlouisfed\.org|api\.alternative\.me|oauth\.reddit\.com)\b/;

test('no source names a host of a provider but the one table of them', () => {
  const named = globSync('trader/src/**/*.{ts,mjs}', { cwd: ROOT, exclude: (name) => name.endsWith('.test.ts') })
    .filter((file) => !file.endsWith('provider-hosts.ts'))
    .flatMap((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').flatMap((line, at) => (DOMAINS.test(line) && !/^\s*(\/?\*|\/\/)/.test(line) ? [`${file}:${at + 1} ${line.trim()}`] : [])));
  assert.deepEqual(named, []);
  assert.match(readFileSync(join(import.meta.dirname, 'provider-hosts.ts'), 'utf8'), DOMAINS, 'the pattern sees what it looks for');
});

test('with a loopback port every provider is at this machine', () => {
  for (const provider of [...USUAL_PROVIDERS, 'fred', 'alternative', 'reddit'] as const) {
    for (const url of Object.values(providerHosts(provider, 4711))) assert.equal(url, 'http://127.0.0.1:4711');
    for (const url of Object.values(providerHosts(provider, undefined))) assert.match(url, /^https:\/\//);
  }
});
