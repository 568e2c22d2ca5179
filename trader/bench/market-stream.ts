import { parentPort } from 'node:worker_threads';
import { WebSocketServer, type WebSocket } from 'ws';

// A thread that is a market: combined streams of Binance, trades alone, as many and as fast as it is told.

/** What is asked of it. */
export interface StreamOrder {
  readonly trades: number;
  /** One at a time, so long apart; 0 for as fast as they are taken. */
  readonly spacingMs: number;
}

/** Bytes on their way beyond which it waits. */
const MOST_BUFFERED = 4 * 2 ** 20;
const BATCH = 500;

const port = parentPort;
let id = 0;

/** Microseconds since the epoch, as fine as the clock is; the same in every thread. */
function nowMicros(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1_000);
}

function trade(): string {
  id += 1;
  return `{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1723161599999,"s":"BTCUSDT","a":${id},"p":"61${100 + (id % 800)}.01000000","q":"0.00100000","f":${id},"l":${id},"T":${nowMicros()},"m":true,"M":true}}`;
}

async function tell(socket: WebSocket, { trades, spacingMs }: StreamOrder): Promise<void> {
  for (let told = 0; told < trades;) {
    if (spacingMs > 0) {
      socket.send(trade());
      told += 1;
      await new Promise((resolve) => { setTimeout(resolve, spacingMs); });
      continue;
    }
    for (const end = Math.min(trades, told + BATCH); told < end; told++) socket.send(trade());
    while (socket.bufferedAmount > MOST_BUFFERED) await new Promise((resolve) => { setTimeout(resolve, 1); });
    await new Promise((resolve) => { setImmediate(resolve); });
  }
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('listening', () => { port?.postMessage((server.address() as { port: number }).port); });
server.on('connection', (socket) => {
  socket.on('message', () => { socket.send('{"result":["btcusdt@kline_1m","btcusdt@aggTrade"],"id":1}'); });
  port?.on('message', (order: StreamOrder) => { void tell(socket, order); });
});
