import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'otplib';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { ROOT } from '../command-line.ts';
import { freePort } from './child-server.ts';

/** Pictures of every page, for people to look at; never in the repository. */
const PICTURES = join(ROOT, 'dashboard/screens');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** A page whose address has asked too often goes on within a minute. */
const GOES_ON_MS = 90_000;
const READY_MS = 60_000;
/** What an address may ask in so long, and how much of it a test begins with at least. */
const ASKED_MOST = 100;
const ASKED_WITHIN_MS = 60_000;
const ROOM = 45;
/** How Chromium is started: quiet, and without anything of its own on the network. */
export const CHROMIUM = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const DESK_PERSON = { name: 'ana', password: 'correct horse battery staple' };

/** A way of looking at the dashboard. */
export interface View {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly theme: 'dark' | 'light';
}

/** The four that every page is looked at in. */
export const VIEWS: readonly View[] = [
  { name: 'desktop-dark', width: 1440, height: 900, theme: 'dark' },
  { name: 'phone-dark', width: 390, height: 844, theme: 'dark' },
  { name: 'desktop-light', width: 1440, height: 900, theme: 'light' },
  { name: 'phone-light', width: 390, height: 844, theme: 'light' },
];

export const PAGES = ['/', '/trade', '/strategies', '/backtests', '/risk', '/models', '/data', '/admin'];

/** A page with what went wrong on it: messages of the console and requests to anybody else. */
export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly troubles: string[];
  readonly foreign: string[];
}

/** Chromium, with the dashboard built where it is not built. */
export async function openBrowser(): Promise<Browser> {
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts/dashboard.mjs'), '--if-stale'], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stdout + built.stderr);
  return chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: CHROMIUM });
}

/** The product as a person starts it, trading on paper with its dashboard, and a browser beside it. */
export class Desk {
  readonly home: string;
  readonly browser: Browser;
  readonly port: number;
  readonly #words: readonly string[];
  #process: ChildProcess | undefined;
  /** When pages asked the API: the tests of a file are one address. */
  #asked: number[] = [];
  /** The link of the first person; empty once it was used. */
  firstRun = '';

  private constructor(home: string, browser: Browser, port: number, words: readonly string[]) {
    this.home = home;
    this.browser = browser;
    this.port = port;
    this.#words = words;
  }

  /** Builds the dashboard where it is not built, starts paper trading in a folder of its own, and a browser. */
  static async start(...words: readonly string[]): Promise<Desk> {
    const browser = await openBrowser();
    const desk = new Desk(mkdtempSync(join(tmpdir(), 'desk-')), browser, await freePort(), words);
    try {
      await desk.restart();
    } catch (error) {
      await desk.stop();
      throw error;
    }
    return desk;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts the product, again after `kill`; resolves when it serves. */
  async restart(): Promise<void> {
    let output = '';
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(ROOT, 'trader/src/app/main.mjs'), 'paper', '--api-port', String(this.port), ...this.#words], {
      cwd: ROOT, env: { ...process.env, ALGOTRENDY_HOME: this.home }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    const hear = (chunk: Buffer): void => { output = (output + chunk.toString()).slice(-20_000); };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    for (const began = performance.now(); ;) {
      const answer = await fetch(`${this.url}/api/v1/health`).catch(() => undefined);
      const link = /http\S+#\S+/.exec(output)?.[0];
      if (answer !== undefined && (link !== undefined || output.includes(this.url))) {
        this.firstRun = link ?? '';
        return;
      }
      if (performance.now() - began > READY_MS || child.exitCode !== null) throw new Error(`paper trading does not serve:\n${output}`);
      await pause(100);
    }
  }

  /** Ends the product as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#process;
    // One that was killed before has a signal and no code.
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => { child.once('exit', done); });
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.kill();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** A browser of its own, as one person has it, that remembers what it should not have seen; signed in by a session of its own: one that several browsers share ends as stolen when its access is renewed. */
  async open({ width, height, theme }: View = VIEWS[0], signedIn = false): Promise<Watched> {
    await this.calm();
    const phone = width < 640;
    const context = await this.browser.newContext({ viewport: { width, height }, colorScheme: theme, hasTouch: phone, isMobile: phone });
    if (signedIn) {
      const answer = await context.request.post(`${this.url}/api/v1/auth/sign-in`, { headers: { 'x-algotrendy': '1', origin: this.url }, data: DESK_PERSON });
      assert.ok(answer.ok(), await answer.text());
    }
    const page = await context.newPage();
    page.setDefaultTimeout(GOES_ON_MS);
    const troubles: string[] = [];
    const foreign: string[] = [];
    page.on('console', (message) => { if (message.type() === 'error') troubles.push(`${message.text()} (${message.location().url})`); });
    page.on('pageerror', (error) => { troubles.push(error.message); });
    const asked = (): void => { this.#asked.push(performance.now()); };
    page.on('websocket', asked);
    page.on('request', (request) => { if (request.url().startsWith(`${this.url}/api/`)) asked(); });
    page.on('request', (request) => { if (!request.url().startsWith(this.url) && !/^(data|blob):/.test(request.url())) foreign.push(request.url()); });
    return { page, context, troubles, foreign };
  }

  /** Waits until there is room for a test's requests within what an address may ask in a minute: people in a hurry are told to wait, too. */
  async calm(): Promise<void> {
    for (;;) {
      const since = performance.now() - ASKED_WITHIN_MS;
      this.#asked = this.#asked.filter((at) => at > since);
      if (this.#asked.length <= ASKED_MOST - ROOM) return;
      await pause(1_000);
    }
  }

  /** Makes the first administrator by the one-time link, without a second factor; resolves on the overview. */
  async enroll({ page }: Watched): Promise<void> {
    await enroll(page, this.firstRun);
  }

  /** A browser whose person is signed in and sees the overview. */
  async enter(view?: View): Promise<Watched> {
    const watched = await this.open(view);
    await this.signIn(watched, DESK_PERSON);
    await watched.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    return watched;
  }

  /** Signs in with name and password, and the second factor where its secret is given. */
  async signIn({ page }: Pick<Watched, 'page'>, { name, password }: { readonly name: string; readonly password: string }): Promise<void> {
    await page.goto(`${this.url}/sign-in`);
    await page.getByLabel('Name').fill(name);
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }
}

/** Makes the first administrator of any run by its one-time link, without a second factor; resolves on the overview. */
export async function enroll(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Your name').fill(DESK_PERSON.name);
  await page.getByRole('textbox', { name: 'Password' }).fill(DESK_PERSON.password);
  await page.getByRole('button', { name: 'Create the administrator' }).click();
  await page.getByRole('button', { name: 'Later' }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
}

/** Holds a button with the mouse for so long. */
export async function holdDown(page: Page, button: Locator, ms = 1_100): Promise<void> {
  // Where it stays put: what arrives meanwhile may move it away under the pointer.
  await button.hover();
  await page.mouse.down();
  await pause(ms);
  await page.mouse.up();
}

/** The code that an authenticator shows; of the next half minute where this one's was used. */
export function authenticatorCode(secret: string, ahead = 0): Promise<string> {
  return generate({ secret, epoch: Math.floor(Date.now() / 1000) + ahead * 30 });
}

/** What axe finds against WCAG 2.2 A and AA, each with the first places. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(FIND_VIOLATIONS);
}

/** Whether the page is wider than the window, what is cut off, and which controls are too small for a thumb. */
export function misfits(page: Page, target: number): Promise<string[]> {
  return page.evaluate(`(${FIND_MISFITS})(${target})`);
}

// What runs in the page is text: this program knows no window.

const FIND_VIOLATIONS = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ target, failureSummary }) => target.join(' ') + ' (' + failureSummary + ')').join(' | ')))`;

const FIND_MISFITS = `(least) => {
  const name = (element) => element.tagName + ' "' + ((element.textContent || '').trim().slice(0, 30) || element.getAttribute('aria-label') || element.id) + '"';
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getBoundingClientRect().width > 1;
  const width = document.documentElement.scrollWidth;
  const wide = width > innerWidth ? ['the page is ' + width + ' wide in ' + innerWidth] : [];
  const small = [...document.querySelectorAll('button, a[href], input, select, [role=tab]')].filter(shown).flatMap((element) => {
    if (element.tagName === 'A' && getComputedStyle(element).display === 'inline') return [];
    // A press on the label is one on its control.
    const boxes = [element, ...(element.labels ?? [])].map((each) => each.getBoundingClientRect());
    const [wide, high] = [Math.max(...boxes.map(({ width }) => width)), Math.max(...boxes.map(({ height }) => height))];
    return wide >= least - 0.5 && high >= least - 0.5 ? [] : [name(element) + ' is ' + wide.toFixed(0) + ' × ' + high.toFixed(0)];
  });
  const cut = [...document.querySelectorAll('dd, td, th, h1, h2, button, label')].filter(shown).flatMap((element) => {
    const { overflowX } = getComputedStyle(element);
    return overflowX !== 'auto' && overflowX !== 'scroll' && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 ? [name(element) + ' needs ' + element.scrollWidth + ' and has ' + element.clientWidth] : [];
  });
  return [...wide, ...small, ...cut];
}`;

/** Keeps a picture of the page. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => { setTimeout(done, ms); });
}
