import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Secret } from '../../src/domain/secret.ts';
import { freePort, killServer } from './child-server.ts';

const VERSION = '9.3.4';
/** Kept between runs, since it is thirty megabytes. */
const CACHE = resolve(import.meta.dirname, '../../../node_modules/.cache/questdb');
const READY_MS = 60_000;

/** A real QuestDB on loopback, on ports and in a folder of its own. It can be killed and started again. */
export class QuestDbServer {
  readonly #port: number;
  readonly #jar: string;
  /** What the server is started with. */
  readonly folder: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, jar: string, folder: string) {
    this.#port = port;
    this.#jar = jar;
    this.folder = folder;
  }

  /** Brings QuestDB from the Maven repository where it is not there yet, and starts it: empty, or on a folder that a server had. Throws where that is not possible: this suite never skips. */
  static async start(folder = mkdtempSync(join(tmpdir(), 'questdb-'))): Promise<QuestDbServer> {
    const server = new QuestDbServer(await freePort(), findJar(), folder);
    await server.restart();
    return server;
  }

  get url(): Secret {
    return new Secret(`http://127.0.0.1:${this.#port}`);
  }

  /** Starts it after `kill`; resolves when it serves. */
  async restart(): Promise<void> {
    const bound = (name: string, port: number) => ({ [`QDB_${name}_BIND_TO`]: `127.0.0.1:${port}` });
    this.#process = spawn('java', ['-Xmx512m', '-p', this.#jar, '-m', 'io.questdb/io.questdb.ServerMain', '-d', this.folder], {
      stdio: 'ignore',
      env: {
        ...process.env, ...bound('HTTP', this.#port), ...bound('HTTP_MIN_NET', await freePort()), ...bound('PG_NET', await freePort()), ...bound('LINE_TCP_NET', await freePort()),
        QDB_TELEMETRY_ENABLED: 'false', QDB_CAIRO_COMMIT_MODE: 'sync',
      },
    });
    const died = new Promise<never>((_done, reject) => {
      this.#process?.once('error', (error) => { reject(new Error('QuestDB needs Java 17 or newer', { cause: error })); });
      this.#process?.once('exit', (code) => { reject(new Error(`QuestDB ended with ${code} before it served`)); });
    });
    await Promise.race([this.#serves(), died]);
    died.catch(() => undefined);
  }

  async #serves(): Promise<void> {
    for (const began = performance.now(); ;) {
      const answer = await fetch(`http://127.0.0.1:${this.#port}/exec?query=select%201`).catch(() => undefined);
      if (answer?.ok) return;
      if (performance.now() - began > READY_MS) throw new Error('QuestDB does not start');
      await new Promise((wait) => { setTimeout(wait, 100); });
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

function findJar(): string {
  const jar = join(CACHE, `questdb-${VERSION}.jar`);
  if (existsSync(jar)) return jar;
  const fresh = `${CACHE}-${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const { status, stdout, error } = spawnSync('mvn', ['-q', '-B', 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy', `-Dartifact=org.questdb:questdb:${VERSION}`, `-DoutputDirectory=${fresh}`], { encoding: 'utf8', cwd: tmpdir() });
  if (status !== 0) throw new Error(`QuestDB ${VERSION} cannot be had by Maven (mvn): ${error?.message ?? stdout}`);
  mkdirSync(CACHE, { recursive: true });
  renameSync(join(fresh, `questdb-${VERSION}.jar`), jar);
  rmSync(fresh, { recursive: true });
  return jar;
}
