import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { CHROMIUM, DESK_PERSON, pause, type Desk } from '../../test/services/browser-desk.ts';
import { freePort } from '../../test/services/child-server.ts';

const READY_MS = 20_000;

/** A browser that somebody has signed in with and that nothing of ours holds: another tool may take it by its port. */
export class SignedInBrowser {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #profile: string;

  private constructor(port: number, process: ChildProcess, profile: string) {
    this.port = port;
    this.#process = process;
    this.#profile = profile;
  }

  static async start(desk: Desk): Promise<SignedInBrowser> {
    const [port, profile] = [await freePort(), mkdtempSync(join(tmpdir(), 'browser-'))];
    const child = spawn(process.env['CHROMIUM'] ?? '/usr/bin/chromium', [...CHROMIUM, `--remote-debugging-port=${port}`, `--user-data-dir=${profile}`, 'about:blank'], { stdio: 'ignore' });
    const started = new SignedInBrowser(port, child, profile);
    try {
      for (const began = performance.now(); (await fetch(`http://127.0.0.1:${port}/json/version`).catch(() => undefined)) === undefined; await pause(100)) {
        if (performance.now() - began > READY_MS) throw new Error('Chromium does not open its port');
      }
      const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
      const page = await (browser.contexts()[0] ?? await browser.newContext()).newPage();
      await desk.signIn({ page }, DESK_PERSON);
      await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      await page.goto('about:blank');
      // Lets go of the browser, which stays.
      await browser.close();
      return started;
    } catch (error) {
      started.stop();
      throw error;
    }
  }

  stop(): void {
    this.#process.kill('SIGKILL');
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
