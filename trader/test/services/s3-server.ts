import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, killServer } from './child-server.ts';

const VERSION = 'v1.8.0';
/** Kept between runs, since it takes minutes to build. */
const CACHE = resolve(import.meta.dirname, '../../../node_modules/.cache/versitygw');
const READY_MS = 30_000;

/** The keys that the server takes; the secret one must not come out anywhere. */
export const ACCESS_KEY = 'trader-access';
export const SECRET_KEY = 'a-secret-key-that-is-never-printed';

/** A real S3 server (Versity's gateway over a folder) on loopback. */
export class S3Server {
  readonly endpoint: string;
  /** Buckets are folders in it. */
  readonly folder: string;
  readonly #port: number;
  readonly #program: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, program: string, folder: string) {
    this.#port = port;
    this.endpoint = `http://127.0.0.1:${port}`;
    this.#program = program;
    this.folder = folder;
  }

  /** Builds the server where it is not there yet, and starts it with one bucket. Throws where that is not possible: this suite never skips. */
  static async start(bucket: string): Promise<S3Server> {
    const server = new S3Server(await freePort(), findProgram(), mkdtempSync(join(tmpdir(), 's3-')));
    mkdirSync(join(server.folder, bucket));
    await server.restart();
    return server;
  }

  /** Starts it after `kill`; resolves when it serves. */
  async restart(): Promise<void> {
    this.#process = spawn(this.#program, ['--port', `127.0.0.1:${this.#port}`, 'posix', this.folder], { stdio: 'ignore', env: { ...process.env, ROOT_ACCESS_KEY: ACCESS_KEY, ROOT_SECRET_KEY: SECRET_KEY } });
    for (const began = performance.now(); ;) {
      if (await fetch(this.endpoint).then(() => true, () => false)) return;
      if (this.#process.exitCode !== null || performance.now() - began > READY_MS) throw new Error('the S3 server does not start');
      await new Promise((wait) => { setTimeout(wait, 50); });
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
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function findProgram(): string {
  const program = join(CACHE, 'versitygw');
  if (existsSync(program)) return program;
  mkdirSync(CACHE, { recursive: true });
  const { status, stderr, error } = spawnSync('go', ['install', `github.com/versity/versitygw/cmd/versitygw@${VERSION}`], { encoding: 'utf8', cwd: tmpdir(), env: { ...process.env, GOBIN: CACHE } });
  if (status !== 0) throw new Error(`the S3 server ${VERSION} cannot be built with Go: ${error?.message ?? stderr}`);
  return program;
}
