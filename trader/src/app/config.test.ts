import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { readConfig } from './config.ts';

test('the state lies under .algotrendy in the current folder unless ALGOTRENDY_HOME says otherwise', async () => {
  assert.equal((await readConfig({}, '/work')).home, '/work/.algotrendy');
  assert.equal((await readConfig({ ALGOTRENDY_HOME: '/data' }, '/work')).home, '/data');
  assert.equal((await readConfig({ ALGOTRENDY_HOME: 'state' }, '/work')).home, '/work/state');
});

test('a misspelt setting is refused, with the one that was meant', async () => {
  await assert.rejects(readConfig({ ALGOTRENDY_HOEM: '/data' }, '/work'), (error: { message: string; hint: string; code: string }) => {
    assert.equal(error.code, 'usage');
    assert.equal(error.message, 'unknown setting ALGOTRENDY_HOEM in the environment');
    assert.equal(error.hint, 'Did you mean ALGOTRENDY_HOME?');
    return true;
  });
});

test('a setting with a value that it cannot have is refused by name', async () => {
  await assert.rejects(readConfig({ ALGOTRENDY_DEBUG: 'yes' }, '/work'), /ALGOTRENDY_DEBUG must be 0 or 1/);
  await assert.rejects(readConfig({ ALGOTRENDY_HOME: '' }, '/work'), /ALGOTRENDY_HOME must name a folder/);
  await assert.rejects(readConfig({ ALGOTRENDY_MARKET_STORE: 'questdb://x' }, '/work'), /ALGOTRENDY_MARKET_STORE must be one of embedded, questdb/);
  assert.deepEqual([(await readConfig({}, '/')).marketStore, (await readConfig({ ALGOTRENDY_MARKET_STORE: 'questdb' }, '/')).marketStore], ['embedded', 'questdb']);
});

test('a home in which no folder can be made is refused at once', async () => {
  for (const home of ['/proc/x', '/proc', '/home/../proc/1']) await assert.rejects(readConfig({ ALGOTRENDY_HOME: home }, '/work'), /nothing can be kept in \/proc/, home);
  await assert.rejects(readConfig({}, '/proc/self'), /nothing can be kept/);
  assert.equal((await readConfig({ ALGOTRENDY_HOME: '/process' }, '/')).home, '/process');
});

test('NO_COLOR beats FORCE_COLOR, and CI is set by any value but false', async () => {
  assert.equal((await readConfig({ NO_COLOR: '1', FORCE_COLOR: '1' }, '/')).color, false);
  assert.equal((await readConfig({ FORCE_COLOR: '1' }, '/')).color, true);
  assert.equal((await readConfig({ NO_COLOR: '' }, '/')).color, undefined);
  assert.equal((await readConfig({ CI: 'true' }, '/')).ci, true);
  assert.equal((await readConfig({ CI: 'false' }, '/')).ci, false);
});

test('secrets of the environment are held by name and never printed; a port for the venues must be one', async () => {
  const config = await readConfig({ ALGOTRENDY_SECRET_BINANCE_TESTNET_KEY: 'hidden-value', ALGOTRENDY_SECRET_EMPTY: '', ALGOTRENDY_LOOPBACK_PORT: '4711' }, '/');
  assert.equal(config.secrets.get('BINANCE_TESTNET_KEY')?.reveal(), 'hidden-value');
  assert.equal(config.secrets.size, 1);
  assert.equal(config.loopbackPort, 4711);
  assert.ok(!`${inspect(config, { depth: 9 })}${JSON.stringify([...config.secrets])}`.includes('hidden-value'));
  for (const port of ['0', 'localhost', '127.0.0.1:80', 'https://example.com', '123456']) await assert.rejects(readConfig({ ALGOTRENDY_LOOPBACK_PORT: port }, '/'), /must be a port of this machine/);
});
