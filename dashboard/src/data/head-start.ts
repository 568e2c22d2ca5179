import type { ClientSocket, ClientSocketListener } from 'trader/stream-client';

/** What the first script of a page left for the rest of it. */
interface HeadStart {
  readonly socket: WebSocket;
  /** What came before anybody listened. */
  readonly texts: string[];
  /** The channels that were subscribed to, with the id of each request. */
  readonly asked: Readonly<Record<string, number>>;
}

/**
 * Runs while the page's scripts are still on their way: opens the stream and subscribes to what the page will show
 * first, so that it comes to life with figures. Where it fails, the page does as if it had not run.
 */
export const HEAD_START_SCRIPT = `try{var h=self.algotrendyHeadStart={socket:new WebSocket(location.origin.replace(/^http/,'ws')+'/api/v1/stream'),texts:[],asked:{}};h.socket.onmessage=function(e){if(h.texts.push(e.data)===1)['state','equity'].concat({'/':['positions','alerts'],'/trade':['prices','positions','orders','fills']}[location.pathname]||[]).forEach(function(c,i){h.asked[c]=i+=1e9;h.socket.send(JSON.stringify({type:'subscribe',id:i,channel:c}))})}}catch(e){}`;

/** What was asked for ahead and nobody wanted for so long is not wanted at all. */
const UNWANTED_MS = 5_000;

/** A message as far as its way is decided by it. */
interface Routed {
  readonly type: string;
  readonly id?: number;
  readonly channel?: string;
}

/** The stream's first connection: the one that the head start opened, where there is one. */
export function connectAhead(url: string, listener: ClientSocketListener): ClientSocket {
  const page = globalThis as { algotrendyHeadStart?: HeadStart };
  const ahead = page.algotrendyHeadStart;
  delete page.algotrendyHeadStart;
  return ahead === undefined ? connect(url, listener) : new AheadSocket(ahead, listener);
}

function connect(url: string, listener: ClientSocketListener): ClientSocket {
  const socket = new WebSocket(url);
  hear(socket, listener);
  return socket;
}

function hear(socket: WebSocket, listener: ClientSocketListener): void {
  socket.onmessage = ({ data }: MessageEvent<unknown>) => { if (typeof data === 'string') listener.onText(data); };
  socket.onclose = ({ code }) => { listener.onClose(code); };
}

/** A connection on which channels were subscribed to before its user asks for them: what they brought waits for that. */
class AheadSocket implements ClientSocket {
  readonly #socket: WebSocket;
  readonly #listener: ClientSocketListener;
  /** The channels that were subscribed to ahead, by the id of the request; its user never comes to such ids. */
  readonly #channels: ReadonlyMap<number, string>;
  /** What waits, by channel. */
  readonly #waiting = new Map<string, string[]>();
  /** The ids that its user gave, by channel. */
  readonly #ids = new Map<string, number>();
  #closed = false;

  constructor({ socket, texts, asked }: HeadStart, listener: ClientSocketListener) {
    this.#socket = socket;
    this.#listener = listener;
    this.#channels = new Map(Object.entries(asked).map(([channel, id]) => [id, channel]));
    for (const channel of this.#channels.values()) this.#waiting.set(channel, []);
    hear(socket, { onText: (text) => { this.#route(text); }, onClose: (code) => { if (!this.#closed) listener.onClose(code); } });
    // Who connects hears nothing before the connection is in their hands.
    queueMicrotask(() => {
      for (const text of texts.splice(0)) this.#route(text);
      if (socket.readyState === WebSocket.CLOSED && !this.#closed) listener.onClose(0);
    });
    setTimeout(() => { this.#letGo(); }, UNWANTED_MS);
  }

  send(text: string): void {
    const { type, id, channel = '' } = JSON.parse(text) as Routed;
    const waiting = this.#waiting.get(channel);
    if (type !== 'subscribe' || id === undefined || waiting === undefined || this.#ids.has(channel)) { this.#socket.send(text); return; }
    this.#ids.set(channel, id);
    // Who subscribes hears nothing before that is done.
    queueMicrotask(() => {
      this.#waiting.delete(channel);
      for (const early of waiting) this.#route(early);
    });
  }

  close(): void {
    this.#closed = true;
    this.#socket.close();
  }

  #route(text: string): void {
    const message = JSON.parse(text) as Routed;
    const ahead = message.id === undefined ? undefined : this.#channels.get(message.id);
    const waiting = this.#waiting.get(message.channel ?? ahead ?? '');
    if (waiting !== undefined) waiting.push(text);
    else this.#listener.onText(ahead === undefined ? text : JSON.stringify({ ...message, id: this.#ids.get(ahead) }));
  }

  #letGo(): void {
    for (const [id, channel] of this.#channels) {
      if (this.#ids.has(channel) || !this.#waiting.delete(channel) || this.#socket.readyState !== WebSocket.OPEN) continue;
      this.#socket.send(JSON.stringify({ type: 'unsubscribe', id, channel }));
    }
  }
}
