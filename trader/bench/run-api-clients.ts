import { request } from 'node:http';
import { WebSocket } from 'ws';

// Load on a run's API, in a process of its own: a dashboard in several windows, and requests from many addresses.

const WINDOWS = 8;
const ADDRESSES = 60;
const REQUESTS_PER_SECOND = 100;
const CHANNELS = ['prices', 'bars', 'positions', 'orders', 'fills', 'equity', 'alerts', 'logs', 'state'];

const [url, firstRun] = process.argv.slice(2);
const jar = new Map<string, string>();

const entered = await fetch(`${url}/api/v1/auth/first-run`, {
  method: 'POST', headers: { 'content-type': 'application/json', origin: url, 'x-algotrendy': '1' },
  body: JSON.stringify({ token: firstRun.split('#')[1], name: 'bench', password: 'fourteen benches in a row' }),
});
if (!entered.ok) throw new Error(`the bench was not let in: ${await entered.text()}`);
for (const cookie of entered.headers.getSetCookie()) {
  const [name, value] = cookie.split(';')[0].split('=');
  jar.set(name, value);
}
const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

let [messages, answers] = [0, 0];
for (let i = 0; i < WINDOWS; i++) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/stream`, { headers: { cookie, origin: url }, localAddress: `127.0.1.${i + 1}` });
  socket.on('open', () => { for (const [id, channel] of CHANNELS.entries()) socket.send(JSON.stringify({ type: 'subscribe', id, channel })); });
  socket.on('message', () => { messages += 1; });
  socket.on('error', (error) => { throw error; });
}
let asked = 0;
setInterval(() => {
  asked += 1;
  const get = request(`${url}/api/v1/state`, { localAddress: `127.0.2.${(asked % ADDRESSES) + 1}`, headers: { cookie } }, (answer) => {
    answers += 1;
    answer.resume();
  });
  get.on('error', () => undefined);
  get.end();
}, 1_000 / REQUESTS_PER_SECOND);
process.on('message', () => {
  process.send?.({ messages, answers });
  setTimeout(() => process.exit(), 50);
});
process.send?.('ready');
