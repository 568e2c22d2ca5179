import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { ApiError, problemOf, secondsOf } from '../problem.ts';
import type { StreamConnection } from './connection.ts';
import type { SocketGate, SocketIdentity } from './gate.ts';
import type { StreamHub } from './hub.ts';
import { CLOSE } from './messages.ts';

/** Where the stream lives. */
export const STREAM_PATH = '/api/v1/stream';
/** Far above the longest message that a client has to say. */
const MAX_MESSAGE_BYTES = 2_048;

/** What a stream is served from. */
export interface StreamServerSpec {
  readonly hub: StreamHub;
  readonly gate: SocketGate;
  /** Origins besides the server's own whose pages may connect: `https://trade.example`. Behind a proxy, the one that people see. */
  readonly origins: readonly string[];
  /** Counts an attempt to connect against the limits of its address; throws an `ApiError` where there were too many. */
  readonly limit: (request: IncomingMessage) => void | Promise<void>;
}

/**
 * Takes WebSocket connections at `/api/v1/stream` of a server that serves other things too. Who may connect is decided
 * before the upgrade: the right origin, an address without a token in it, somebody signed in. The result closes all.
 */
export function attachStream(server: Server, spec: StreamServerSpec): () => void {
  const { hub, gate } = spec;
  // Compression would cost each client memory and each message time, for a few hundred bytes.
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false, clientTracking: false });
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A connection that breaks while it is looked at must not end the process.
    socket.on('error', () => { socket.destroy(); });
    lookAt(request, spec).then((identity) => {
      if (socket.destroyed) return;
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const connection = hub.admit(identity, webSocket);
        if (connection === undefined) webSocket.close(CLOSE.full, 'too many connections');
        else serve(webSocket, hub, connection);
      });
    }).catch((error: unknown) => {
      refuse(socket, error instanceof ApiError ? error : new ApiError('internal', 'The connection could not be looked at'));
    });
  };
  server.on('upgrade', onUpgrade);
  const stopWatching = gate.watch((change) => { hub.sessionChanged(change); });
  return () => {
    server.off('upgrade', onUpgrade);
    stopWatching();
    hub.close();
  };
}

/** Who may connect; throws what it is refused with. */
async function lookAt(request: IncomingMessage, { gate, origins, limit }: StreamServerSpec): Promise<SocketIdentity> {
  await limit(request);
  if (request.url?.startsWith(`${STREAM_PATH}?`)) throw new ApiError('bad-request', 'The address of the stream takes no parameters: what stands there ends up in logs');
  if (request.url !== STREAM_PATH) throw new ApiError('not-found', `The stream is at ${STREAM_PATH}`);
  if (!isOwnOrigin(request, origins)) throw new ApiError('csrf', 'The page that asks for this connection is not the dashboard');
  const who = await gate.authenticate(request);
  if (who.ok) return who.value;
  throw new ApiError(who.error.kind === 'forbidden' ? 'role-too-low' : 'not-signed-in', who.error.detail);
}

/** Browsers say whose page asks, and cookies would be sent for any; a program says nothing. */
function isOwnOrigin(request: IncomingMessage, origins: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (origins.includes(origin)) return true;
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

function serve(socket: WebSocket, hub: StreamHub, connection: StreamConnection): void {
  socket.on('message', (data: RawData, isBinary: boolean) => {
    hub.receive(connection, isBinary || !Buffer.isBuffer(data) ? '' : data.toString());
  });
  socket.on('pong', () => { hub.heard(connection); });
  // What is too large or no WebSocket at all ends in `close`, with its code.
  socket.on('error', () => undefined);
  socket.on('close', () => { hub.leave(connection); });
}

function refuse(socket: Duplex, error: ApiError): void {
  if (socket.destroyed) return;
  const body = JSON.stringify(problemOf(error, randomUUID()));
  const { statusCode, retryAfterMs } = error;
  socket.end([
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] ?? ''}`, 'connection: close', 'cache-control: no-store', 'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`, ...(retryAfterMs === undefined ? [] : [`retry-after: ${secondsOf(retryAfterMs)}`]), '', body,
  ].join('\r\n'));
}
