import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { BlobError, type BlobErrorKind } from '../../domain/blob-error.ts';
import { Secret } from '../../domain/secret.ts';
import { S3Blobs } from './s3-blobs.ts';

async function serve(answer: RequestListener): Promise<{ readonly server: Server; readonly blobs: S3Blobs }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, blobs: new S3Blobs({ bucket: 'bucket', prefix: '', region: 'us-east-1', endpoint, accessKeyId: new Secret('a'), secretAccessKey: new Secret('b'), sessionToken: undefined }) };
}

const is = (kind: BlobErrorKind) => (error: unknown) => error instanceof BlobError && error.kind === kind;

test('a server that takes a request and says nothing, or stops in the middle of a blob, is given up', { timeout: 30_000 }, async (context) => {
  for (const [what, answer] of [
    ['nothing', () => undefined],
    ['half', (_request, response) => { response.writeHead(200, { 'content-length': '1000' }).write('half'); }],
  ] as const satisfies readonly (readonly [string, RequestListener])[]) {
    const { server, blobs } = await serve(answer);
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let ended = false;
    const got = blobs.get('a').finally(() => { ended = true; });
    got.catch(() => undefined);
    // Ten minutes, for all of its tries.
    for (let passed = 0; !ended && passed < 600; passed += 5) {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => { setImmediate(resolve); });
      context.mock.timers.tick(5_000);
    }
    context.mock.timers.reset();
    server.closeAllConnections();
    server.close();
    assert.ok(ended, what);
    await assert.rejects(got, is('unreachable'));
  }
});

test('a list that goes on and does not say where is no whole list', async () => {
  const { server, blobs } = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/xml' }).end('<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>online/a</Key></Contents></ListBucketResult>');
  });
  await assert.rejects(blobs.list(''), is('storage'));
  server.closeAllConnections();
  server.close();
});
