// Loaded before the program: notes every connection that the process tries to make, as `host:port`
// lines in the file that DIAL_RECORD names, and lets none go out of this machine.
import { appendFileSync } from 'node:fs';
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const LOOPBACK = /^(127\.0\.0\.1|::1|localhost)$/;

function note(where: string): void {
  appendFileSync(process.env['DIAL_RECORD'] ?? '/dev/null', `${where}\n`);
}

const connect = Reflect.get(net.Socket.prototype, 'connect') as (...values: unknown[]) => net.Socket;
net.Socket.prototype.connect = function watched(this: net.Socket, ...values: unknown[]): net.Socket {
  const [first] = Array.isArray(values[0]) ? values[0] as unknown[] : values;
  const { path, host = 'localhost', port } = (typeof first === 'object' ? first : { port: first, host: values[1] }) as { path?: string; host?: string; port?: number };
  if (path !== undefined && path !== null) return Reflect.apply(connect, this, values);
  note(`${host}:${port}`);
  if (LOOPBACK.test(host)) return Reflect.apply(connect, this, values);
  process.nextTick(() => this.destroy(Object.assign(new Error(`connect ECONNREFUSED ${host}:${port}`), { code: 'ECONNREFUSED', syscall: 'connect' })));
  return this;
};

for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6'] as const) {
  for (const owner of [dns, dns.promises] as const) {
    const real = Reflect.get(owner, name) as (...values: unknown[]) => unknown;
    Reflect.set(owner, name, (...values: unknown[]) => {
      if (!LOOPBACK.test(String(values[0]))) note(`dns ${String(values[0])}`);
      return Reflect.apply(real, owner, values);
    });
  }
}
const send = Reflect.get(dgram.Socket.prototype, 'send') as (...values: unknown[]) => unknown;
Reflect.set(dgram.Socket.prototype, 'send', function watched(this: dgram.Socket, ...values: unknown[]) {
  note('udp');
  return Reflect.apply(send, this, values);
});
syncBuiltinESMExports();
