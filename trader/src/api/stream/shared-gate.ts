import { randomUUID } from 'node:crypto';
import type { MessageBus } from '../../ports/message-bus.ts';
import type { SessionChange, SocketGate } from './gate.ts';

const CHANGED = 'algotrendy:sessions';

/** A gate that hears of sessions which another process renews or ends, too, and tells it of its own. */
export function sharedGate(gate: SocketGate, bus: MessageBus): SocketGate {
  const self = randomUUID();
  return {
    authenticate: (request) => gate.authenticate(request),
    watch(listener) {
      const stops = [
        gate.watch((change) => {
          listener(change);
          bus.say(CHANGED, JSON.stringify({ from: self, change }));
        }),
        bus.listen(CHANGED, (text) => {
          const { from, change } = JSON.parse(text) as { readonly from: string; readonly change: SessionChange };
          if (from !== self) listener(change);
        }),
      ];
      return () => { for (const stop of stops) stop(); };
    },
  };
}
