import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Timestamp } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import { SITE_HEADERS, sitePolicy } from './security-headers.ts';

/** How often the folder is looked at for a new build. */
const LOOK_MS = 1_000;
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.txt': 'text/plain; charset=utf-8',
  '.json': 'application/json; charset=utf-8', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.png': 'image/png', '.ico': 'image/x-icon', '.webmanifest': 'application/manifest+json',
};
/** By name never the same content twice, so kept for good. */
const IMMUTABLE = '/_next/static/';

/** A file as it goes out. */
interface SiteFile {
  readonly bytes: Buffer;
  readonly compressed: Partial<Record<'br' | 'gzip', Buffer>>;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The dashboard's files, read into memory when a build is there: what is served is in this table, and nothing of a
 * request ever becomes a path on the disk. A new build takes the place of the old one, whose hashed files
 * stay for who still has its pages open.
 */
export class Site {
  readonly #folder: string;
  readonly #clock: Clock;
  #files: ReadonlyMap<string, SiteFile> = new Map();
  #build = '';
  #lookedAt: Timestamp = -Infinity;

  /** `folder` holds an export, or will. */
  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Whether there is anything to serve. */
  get isBuilt(): boolean {
    this.#look();
    return this.#files.size > 0;
  }

  /** The file of an address: `/trade` is `/trade.html`. */
  find(path: string): SiteFile | undefined {
    this.#look();
    if (path === '/') return this.#files.get('/index.html');
    return this.#files.get(path) ?? this.#files.get(`${path}.html`);
  }

  #look(): void {
    const now = this.#clock.now();
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    try {
      const { mtimeMs, ino } = statSync(join(this.#folder, 'build.json'));
      const build = `${ino}.${mtimeMs}`;
      if (build === this.#build) return;
      const fresh = readSite(this.#folder);
      const kept = [...this.#files].filter(([path]) => path.startsWith(IMMUTABLE) && !fresh.has(path));
      this.#files = new Map([...kept.slice(-fresh.size), ...fresh]);
      this.#build = build;
    } catch {
      // None there yet, or it is being replaced at this moment: what was read last still stands.
    }
  }
}

function readSite(folder: string): Map<string, SiteFile> {
  const { scripts } = JSON.parse(readFileSync(join(folder, 'csp.json'), 'utf8')) as { scripts: Readonly<Record<string, readonly string[]>> };
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll(sep, '/'));
  const known = new Set(names);
  const served = names.filter((name) => TYPES[extname(name)] !== undefined && name !== '/csp.json' && name !== '/build.json');
  return new Map(served.map((name) => {
    const bytes = readFileSync(join(folder, name));
    const variant = (encoding: 'br' | 'gzip', ending: string) => (known.has(name + ending) ? { [encoding]: readFileSync(join(folder, name + ending)) } : {});
    return [name, {
      bytes, compressed: { ...variant('br', '.br'), ...variant('gzip', '.gz') },
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      headers: {
        ...SITE_HEADERS, 'content-type': TYPES[extname(name)], vary: 'accept-encoding',
        'cache-control': name.startsWith(IMMUTABLE) ? 'public, max-age=31536000, immutable' : 'no-cache',
        ...(name.endsWith('.html') && { 'content-security-policy': sitePolicy(scripts[name] ?? []) }),
      },
    }];
  }));
}

/** Serves the dashboard at every address that is not the API's. */
export function serveSite(app: FastifyInstance, site: Site): void {
  app.get('/*', (request, reply) => {
    const path = pathOf(request.url);
    if (path === undefined || path.startsWith('/api/')) return reply.callNotFound();
    const file = site.find(path);
    if (file !== undefined) return send(file, request, reply);
    if (!site.isBuilt) return wantsPage(request) ? sendBeingBuilt(reply) : reply.callNotFound();
    const missing = site.find('/404');
    return missing === undefined || !wantsPage(request) ? reply.callNotFound() : send(missing, request, reply.code(404));
  });
}

function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split('?', 1)[0]);
  } catch {
    return undefined;
  }
}

function wantsPage({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') === true;
}

function send(file: SiteFile, { headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
  void reply.headers(file.headers).header('etag', file.etag);
  if (headers['if-none-match']?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === file.etag) === true) return reply.code(304).send();
  const taken = headers['accept-encoding'] ?? '';
  for (const encoding of ['br', 'gzip'] as const) {
    const bytes = file.compressed[encoding];
    if (bytes !== undefined && new RegExp(`\\b${encoding}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(taken)) return reply.header('content-encoding', encoding).send(bytes);
  }
  return reply.send(file.bytes);
}

/** Until the first build is done. It asks again by itself, and needs neither script nor style. */
const BEING_BUILT = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="dark light">
<meta http-equiv="refresh" content="3"><title>AlgoTrendy</title></head><body><main><h1>The dashboard is being built</h1>
<p>This is done once, and takes a minute or two. Trading goes on meanwhile. This page looks again by itself.</p></main></body></html>
`;

function sendBeingBuilt(reply: FastifyReply): FastifyReply {
  return reply.code(503).headers({ ...SITE_HEADERS, 'content-security-policy': sitePolicy([]), 'cache-control': 'no-store', 'retry-after': '3' }).type('text/html; charset=utf-8').send(BEING_BUILT);
}
