import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { fastify } from 'fastify';
import { Site, serveSite } from './site.ts';

const folder = mkdtempSync(join(tmpdir(), 'site-'));
after(() => { rmSync(folder, { recursive: true }); });

let now = 0;
const clock = { now: () => now, after: () => () => undefined };

function build(out: string, word: string): void {
  const draft = `${out}.draft`;
  mkdirSync(join(draft, '_next/static'), { recursive: true });
  const page = `<!doctype html><p>${word}</p>`;
  for (const name of ['index', 'trade', '404']) writeFileSync(join(draft, `${name}.html`), page);
  writeFileSync(join(draft, 'index.html.br'), brotliCompressSync(page));
  writeFileSync(join(draft, 'index.html.gz'), gzipSync(page));
  writeFileSync(join(draft, `_next/static/${word}.js`), word);
  writeFileSync(join(draft, 'csp.json'), JSON.stringify({ scripts: { '/index.html': ['\'sha256-abc=\''] } }));
  writeFileSync(join(draft, 'build.json'), JSON.stringify({ hash: word }));
  rmSync(out, { recursive: true, force: true });
  renameSync(draft, out);
}

async function serving(out: string, t: TestContext) {
  const app = fastify();
  serveSite(app, new Site(out, clock));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as { port: number };
  // Not fetch: it would tidy the path, and unpack what is compressed.
  const ask = (path: string, headers: Record<string, string> = {}) => new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => { resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }); });
    }).on('error', reject);
  });
  t.after(() => app.close());
  return ask;
}

test('before the first build a page says so and looks again; after a build its pages are there, and what is kept for good stays over the next', async (t) => {
  const out = join(folder, 'out');
  const ask = await serving(out, t);
  const waiting = await ask('/trade', { accept: 'text/html' });
  assert.equal(waiting.status, 503);
  assert.match(waiting.body.toString(), /being built.*refresh|refresh.*being built/s);
  assert.equal((await ask('/_next/static/one.js')).status, 404);

  build(out, 'one');
  now += 2_000;
  for (const path of ['/', '/trade', '/trade?instrument=X', '/index.html']) assert.match((await ask(path)).body.toString(), /<p>one<\/p>/, path);
  assert.match(String((await ask('/_next/static/one.js')).headers['cache-control']), /immutable/);
  assert.equal((await ask('/')).headers['cache-control'], 'no-cache');

  build(out, 'two');
  now += 2_000;
  assert.match((await ask('/')).body.toString(), /two/);
  assert.equal((await ask('/_next/static/one.js')).status, 200, 'a page that is still open needs it');
});

test('a page has its own policy: inline scripts by hash, nothing unsafe, nothing from elsewhere', async (t) => {
  const out = join(folder, 'policy');
  build(out, 'p');
  now += 2_000;
  const ask = await serving(out, t);
  const policy = String((await ask('/')).headers['content-security-policy']);
  assert.match(policy, /script-src 'self' 'sha256-abc='/);
  assert.doesNotMatch(policy, /unsafe|\*|http/);
  assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
  assert.equal((await ask('/')).headers['x-frame-options'], 'DENY');
});

test('what a browser takes compressed is sent so, and what it has is not sent again', async (t) => {
  const out = join(folder, 'zip');
  build(out, 'z');
  now += 2_000;
  const ask = await serving(out, t);
  const encodings = [['gzip, deflate, br', 'br'], ['gzip', 'gzip'], ['identity', undefined], ['br;q=0, gzip', 'gzip'], ['gzip;q=1.0, br;q=0.5', 'br']] as const;
  for (const [accepted, sent] of encodings) assert.equal((await ask('/', { 'accept-encoding': accepted })).headers['content-encoding'], sent, accepted);
  const { etag } = (await ask('/')).headers;
  const again = await ask('/', { 'if-none-match': `"x", ${String(etag)}` });
  assert.deepEqual([again.status, again.body.length], [304, 0]);
});

test('no path leads out of the table', async (t) => {
  const out = join(folder, 'safe');
  build(out, 's');
  writeFileSync(join(folder, 'secret.txt'), 'not for you');
  now += 2_000;
  const ask = await serving(out, t);
  for (const path of ['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '//secret.txt', '/..\\secret.txt', '/%00', '/%E0%A4%A', '/csp.json', '/build.json', '/constructor', '/__proto__']) {
    const { status, body } = await ask(path);
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    assert.doesNotMatch(body.toString(), /not for you/);
  }
});
