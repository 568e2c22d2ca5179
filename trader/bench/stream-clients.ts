import { WebSocket } from 'ws';

// Clients of the stream's bench, in a process of their own: each counts what it gets and how old it was.

/** What the bench asks of them, and what they say. */
export type ClientsRequest = { readonly kind: 'begin' } | { readonly kind: 'end' };
export type ClientsAnswer =
  | { readonly kind: 'ready' }
  /** Ages in tenths of a millisecond: how many messages had each. */
  | { readonly kind: 'result'; readonly ages: readonly number[]; readonly prices: readonly number[]; readonly fills: readonly string[]; readonly slowMessages: number };

const [url, count, slow] = process.argv.slice(2);
const ages: number[] = [];
const prices = Array.from({ length: Number(count) }, () => 0);
const fills = Array.from({ length: Number(count) }, () => '');
let measuring = false;
let ready = 0;
let slowMessages = 0;

const PRICE = Buffer.from('"last":"');
const FILLS = Buffer.from('"channel":"fills"');

function now(): number {
  return performance.timeOrigin + performance.now();
}

function open(index: number): void {
  const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
  socket.on('open', () => {
    for (const channel of ['prices', 'fills']) socket.send(JSON.stringify({ type: 'subscribe', id: 1, channel }));
    if (++ready === Number(count) && slow !== 'slow') process.send?.({ kind: 'ready' });
  });
  setInterval(() => { if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"ping","id":1}'); }, 4_000 + index).unref();
  socket.on('message', (data: Buffer) => {
    if (!measuring) return;
    // The first bytes tell the type; parsing all would measure the clients.
    if (data[9] !== 101) return;
    const at = data.indexOf(PRICE);
    if (at >= 0) {
      const age = Math.max(0, now() - Number.parseFloat(data.toString('latin1', at + 8, at + 28)));
      const tenth = Math.round(age * 10);
      ages[tenth] = (ages[tenth] ?? 0) + 1;
      prices[index] += 1;
    } else if (data.includes(FILLS)) {
      for (const { id } of (JSON.parse(data.toString()) as { readonly data: readonly { readonly id: string }[] }).data) fills[index] += `${id} `;
    }
  });
  socket.on('close', (code) => { throw new Error(`client ${index} was disconnected with ${code}`); });
}

/** Asks for everything and reads nothing: a telephone in a tunnel. */
function openSlow(): void {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on('message', () => { slowMessages += 1; });
  socket.on('open', () => {
    for (const channel of ['prices', 'fills', 'logs', 'orders']) socket.send(JSON.stringify({ type: 'subscribe', id: 1, channel }));
    setInterval(() => { socket.send('{"type":"ping","id":1}'); }, 2_000);
    setTimeout(() => {
      socket.pause();
      process.send?.({ kind: 'ready' });
    }, 500);
  });
}

process.on('message', (request: ClientsRequest) => {
  if (request.kind === 'begin') measuring = true;
  else {
    process.send?.({ kind: 'result', ages: Array.from(ages, (each) => each ?? 0), prices, fills, slowMessages });
    setTimeout(() => { process.exit(0); }, 500);
  }
});
if (slow === 'slow') openSlow();
else for (let i = 0; i < Number(count); i++) setTimeout(() => { open(i); }, 2 * i);
