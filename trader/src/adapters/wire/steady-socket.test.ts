import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../domain/random.ts';
import { VenueError, type VenueFailure } from '../../domain/venue-error.ts';
import { SteadySocket } from './steady-socket.ts';

/** Time that is over at once, but for the patience with a login, and what was waited for. */
function impatient(): { readonly waits: number[]; readonly clock: ConstructorParameters<typeof SteadySocket>[0]['clock'] } {
  const waits: number[] = [];
  return {
    waits,
    clock: {
      now: () => Date.now(),
      after: (delayMs, work) => {
        waits.push(delayMs);
        const timer = setTimeout(work, delayMs === 10_000 ? 60_000 : 1);
        return () => { clearTimeout(timer); };
      },
    },
  };
}

/** A socket whose address cannot be had: each answer in its turn, the last for ever. */
function addressless(failures: readonly VenueFailure[]): { readonly socket: SteadySocket; readonly asked: () => number; readonly waits: readonly number[] } {
  let asked = 0;
  const { waits, clock } = impatient();
  const socket = new SteadySocket({
    venue: 'somewhere', clock, random: new Random(1), silenceMs: 15_000, onOpen: () => undefined, onText: () => undefined, onConnection: () => assert.fail('it never was up'),
    url: () => {
      asked += 1;
      throw new VenueError(failures[Math.min(asked, failures.length) - 1] ?? 'unreachable', 'no address');
    },
  });
  return { socket, asked: () => asked, waits };
}

test('an address that cannot be had now is asked for again, after longer and longer waits', async () => {
  const { socket, asked, waits } = addressless(['unreachable']);
  const opening = socket.open();
  while (asked() < 12) await new Promise((resolve) => { setTimeout(resolve, 5); });
  socket.close();
  await assert.rejects(opening, (error) => error instanceof VenueError && error.failure === 'unreachable');
  const pauses = waits.filter((wait) => wait !== 10_000);
  assert.ok(pauses[0] >= 125 && pauses[0] <= 250, String(pauses[0]));
  assert.ok(pauses.slice(8).every((wait) => wait >= 15_000 && wait <= 30_000), String(pauses));
});

test('keys and accounts that the venue will never have are not tried again', async () => {
  for (const failure of ['unauthorised', 'rejected'] as const) {
    const { socket, asked } = addressless(['maintenance', failure]);
    await assert.rejects(socket.open(), (error) => error instanceof VenueError && error.failure === failure);
    assert.equal(asked(), 2);
  }
});
