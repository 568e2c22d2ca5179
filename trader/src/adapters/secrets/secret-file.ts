import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Secret } from '../../domain/secret.ts';
import type { SecretStore } from '../../ports/secret-store.ts';

/** What is wrong with a file of secrets: others may read it (`open`), it holds what is no secret (`format`), it cannot be written (`disk`), or another process is changing it for long (`locked`). */
export type SecretFileErrorKind = 'open' | 'format' | 'disk' | 'locked';

/** The one error that files of secrets raise. The message names file, line and remedy, never a value. */
export class SecretFileError extends Error {
  readonly kind: SecretFileErrorKind;

  constructor(kind: SecretFileErrorKind, message: string) {
    super(message);
    this.name = 'SecretFileError';
    this.kind = kind;
  }
}

const NAME = /^[A-Z][A-Z0-9_]*$/;
/** Written without quotes; anything else, such as the lines of a PEM key, is a JSON string. */
const PLAIN = /^[\w.+/=:-]+$/;
/** How long a process waits for another one that changes the file. */
const WAIT_MS = 5_000;
/** Bits of a mode that let group and others in. */
const OTHERS = 0o077;

/** Takes a lock between processes in the file at `path`, waiting for it at most so long; undefined where another process holds it. */
type TakeLock = (path: string, waitMs: number) => { release(): void } | undefined;

/**
 * Secrets in a file of lines `NAME=value` that its owner alone may read (mode 0600); a file that others
 * may read is refused, since what was open may have been read already. Each change writes a new file,
 * has it on the disk and puts it in the old one's place, so that no moment leaves half of one; a lock beside
 * it has processes that change it wait for each other.
 */
export class SecretFile implements SecretStore {
  readonly #path: string;
  readonly #take: TakeLock;

  constructor(path: string, take: TakeLock) {
    this.#path = path;
    this.#take = take;
  }

  /** Throws `SecretFileError`. */
  read(name: string): Promise<Secret | undefined> {
    return attempt(() => this.#load().get(name));
  }

  /** Names of all secrets, in the file's order. Throws `SecretFileError`. */
  names(): readonly string[] {
    return [...this.#load().keys()];
  }

  /** Throws `SecretFileError`. */
  write(name: string, value: Secret): Promise<void> {
    return attempt(() => {
      checkName(name);
      this.#change((secrets) => { this.#replace(secrets.set(name, value)); });
    });
  }

  /** Throws `SecretFileError`. */
  writeFirst(name: string, value: Secret): Promise<Secret> {
    return attempt(() => {
      checkName(name);
      return this.#change((secrets) => {
        const kept = secrets.get(name);
        if (kept === undefined) this.#replace(secrets.set(name, value));
        return kept ?? value;
      });
    });
  }

  /** Throws `SecretFileError`. */
  remove(name: string): Promise<void> {
    return attempt(() => {
      if (existsSync(this.#path)) this.#change((secrets) => { if (secrets.delete(name)) this.#replace(secrets); });
    });
  }

  /** From reading to replacing nobody else changes the file: what another process wrote in between would be lost. */
  #change<T>(work: (secrets: Map<string, Secret>) => T): T {
    let lock: ReturnType<TakeLock>;
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      lock = this.#take(`${this.#path}.lock`, WAIT_MS);
      if (lock === undefined) throw new SecretFileError('locked', `${this.#path} is being changed by another process. Nothing was changed: try again.`);
      return work(this.#load());
    } catch (error) {
      if (error instanceof SecretFileError) throw error;
      throw new SecretFileError('disk', `${this.#path} cannot be written: ${error instanceof Error ? error.message : String(error)}. Nothing was changed.`);
    } finally {
      lock?.release();
    }
  }

  #load(): Map<string, Secret> {
    if (!existsSync(this.#path)) return new Map();
    const mode = statSync(this.#path).mode & 0o777;
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      throw new SecretFileError('open', `${this.#path} may be read by others (mode ${mode.toString(8).padStart(4, '0')}). Say: chmod 600 ${this.#path}; and replace the keys in it if others use this machine.`);
    }
    return new Map(this.#lines().flatMap((line, index) => {
      if (isRemark(line)) return [];
      const at = line.indexOf('=');
      const value = unquoted(line.slice(at + 1));
      if (at < 0 || !NAME.test(line.slice(0, at)) || value === undefined) throw new SecretFileError('format', `${this.#path}, line ${index + 1}, is not NAME=value. Mend or remove that line.`);
      return [[line.slice(0, at), new Secret(value)] as const];
    }));
  }

  #lines(): readonly string[] {
    const text = existsSync(this.#path) ? readFileSync(this.#path, 'utf8').replace(/\r?\n$/, '') : '';
    return text === '' ? [] : text.split(/\r?\n/);
  }

  #replace(secrets: ReadonlyMap<string, Secret>): void {
    const draft = `${this.#path}.${process.pid}`;
    // What a person wrote beside the secrets stays where it stands.
    const left = new Map(secrets);
    const lines = this.#lines().flatMap((line) => {
      const name = line.slice(0, line.indexOf('='));
      const value = left.get(name);
      if (isRemark(line)) return [line];
      left.delete(name);
      return value === undefined ? [] : [lineOf(name, value)];
    });
    // Left by a process of the same number that died: its mode would stay.
    rmSync(draft, { force: true });
    try {
      writeFileSync(draft, [...lines, ...[...left].map(([name, value]) => lineOf(name, value))].map((line) => `${line}\n`).join(''), { mode: 0o600, flag: 'wx', flush: true });
      renameSync(draft, this.#path);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }
}

function checkName(name: string): void {
  if (!NAME.test(name)) throw new SecretFileError('format', `a secret cannot be called "${name}": names are capital letters, digits and underscores`);
}

function isRemark(line: string): boolean {
  return line.trim() === '' || line.startsWith('#');
}

function lineOf(name: string, value: Secret): string {
  return `${name}=${quoted(value.reveal())}`;
}

function quoted(value: string): string {
  return PLAIN.test(value) ? value : JSON.stringify(value);
}

/** The value behind an equals sign; undefined where its quotes do not end. */
function unquoted(text: string): string | undefined {
  if (!text.startsWith('"')) return text === '' ? undefined : text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The port is of promises, for vaults; a file is read at once. */
function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => { resolve(work()); });
}
