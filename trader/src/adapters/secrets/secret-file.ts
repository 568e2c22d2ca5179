import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Secret } from '../../domain/secret.ts';
import type { SecretStore } from '../../ports/secret-store.ts';

/** What is wrong with a file of secrets: others may read it (`open`), it holds what is no secret (`format`), or it cannot be written (`disk`). */
export type SecretFileErrorKind = 'open' | 'format' | 'disk';

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
/** Bits of a mode that let group and others in. */
const OTHERS = 0o077;

/**
 * Secrets in a file of lines `NAME=value` that its owner alone may read (mode 0600); a file that others
 * may read is refused, since what was open may have been read already. Each change writes a new file,
 * has it on the disk and puts it in the old one's place, so that no moment leaves half of one.
 */
export class SecretFile implements SecretStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
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
      if (!NAME.test(name)) throw new SecretFileError('format', `a secret cannot be called "${name}": names are capital letters, digits and underscores`);
      this.#replace(this.#load().set(name, value));
    });
  }

  /** Throws `SecretFileError`. */
  remove(name: string): Promise<void> {
    return attempt(() => {
      const secrets = this.#load();
      if (secrets.delete(name)) this.#replace(secrets);
    });
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
    try {
      // What a person wrote beside the secrets stays where it stands.
      const left = new Map(secrets);
      const lines = this.#lines().flatMap((line) => {
        const name = line.slice(0, line.indexOf('='));
        const value = left.get(name);
        if (isRemark(line)) return [line];
        left.delete(name);
        return value === undefined ? [] : [lineOf(name, value)];
      });
      mkdirSync(dirname(this.#path), { recursive: true });
      // Left by a process of the same number that died: its mode would stay.
      if (existsSync(draft)) rmSync(draft);
      writeFileSync(draft, [...lines, ...[...left].map(([name, value]) => lineOf(name, value))].map((line) => `${line}\n`).join(''), { mode: 0o600, flag: 'wx', flush: true });
      renameSync(draft, this.#path);
    } catch (error) {
      if (existsSync(draft)) rmSync(draft);
      throw new SecretFileError('disk', `${this.#path} cannot be written: ${error instanceof Error ? error.message : String(error)}. Nothing was changed.`);
    }
  }
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
