import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { Refusal } from '../refusal.ts';
import { askSecret } from './secret-prompt.ts';

/** A terminal's keys, and what is shown of them. */
class Keys extends EventEmitter {
  raw = false;
  shown = '';

  setRawMode(raw: boolean): void {
    this.raw = raw;
  }

  resume(): void {}

  pause(): void {}

  ask(...chunks: readonly string[]): Promise<string> {
    const answer = askSecret('Key', this, { write: (text) => { this.shown += text; return true; }, once: () => undefined });
    assert.equal(this.raw, true);
    for (const chunk of chunks) this.emit('data', Buffer.from(chunk));
    return answer;
  }
}

test('what is typed or pasted is taken and not shown, and the terminal is given back', async () => {
  const keys = new Keys();
  assert.equal(await keys.ask('hid', 'dem\u007fn-valuex\b', '\r'), 'hidden-value');
  assert.deepEqual([keys.raw, keys.shown, keys.listenerCount('data')], [false, 'Key (not shown): \n', 0]);
});

test('a PEM key goes on over its lines', async () => {
  const pem = '-----BEGIN EC PRIVATE KEY-----\nMHc=\n-----END EC PRIVATE KEY-----';
  assert.equal(await new Keys().ask(`${pem.replaceAll('\n', '\r')}\r`), pem);
});

test('Ctrl-C keeps nothing and gives the terminal back', async () => {
  const keys = new Keys();
  await assert.rejects(keys.ask('hidden', '\u0003'), (error) => error instanceof Refusal && error.code === 'interrupted' && !error.message.includes('hidden'));
  assert.equal(keys.raw, false);
});
