import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { Refusal } from '../refusal.ts';
import { recordTrials, strategyContent, trialsOf, type Trial, type TrialSubject } from './trial-store.ts';

const root = mkdtempSync(join(tmpdir(), 'trials-'));
after(() => rmSync(root, { recursive: true }));
let homes = 0;
const newHome = () => join(root, String(homes++));

const SUBJECT: TrialSubject = { strategy: 'macd', content: 'c1', instrument: 'BTC', interval: '1h', data: 'd1' };
const trial = (fast: number, sharpe: number | null): Trial => ({ parameters: { fast, slow: 26 }, sharpe });

describe('the record of trials', () => {
  it('counts what differs, once, and never forgets', () => {
    const home = newHome();
    assert.deepEqual(trialsOf(home, SUBJECT), { trials: 0, rated: 0, meanSharpe: null, varianceSharpe: null, allWordings: { trials: 0, rated: 0, meanSharpe: null, varianceSharpe: null } });
    recordTrials(home, SUBJECT, [trial(5, 1), trial(6, 2), trial(7, null)]);
    recordTrials(home, SUBJECT, [trial(6, 2), { parameters: { slow: 26, fast: 5 }, sharpe: 1 }, trial(8, 4.5)]);
    const { trials, rated, meanSharpe, varianceSharpe } = trialsOf(home, SUBJECT);
    assert.deepEqual([trials, rated, meanSharpe], [4, 3, 2.5]);
    assert.ok(Math.abs((varianceSharpe ?? 0) - 3.25) < 1e-12);
  });

  it('fills in a Sharpe ratio that was not known and keeps the one that was', () => {
    const home = newHome();
    recordTrials(home, SUBJECT, [trial(5, null), trial(6, 1)]);
    recordTrials(home, SUBJECT, [trial(5, 3), trial(6, 9)]);
    recordTrials(home, SUBJECT, [trial(5, null)]);
    const { trials, meanSharpe } = trialsOf(home, SUBJECT);
    assert.deepEqual([trials, meanSharpe], [2, 2]);
  });

  it('keeps strategies, bars and wordings apart, and counts all wordings of a strategy too', () => {
    const home = newHome();
    recordTrials(home, SUBJECT, [trial(5, 1)]);
    recordTrials(home, { ...SUBJECT, content: 'c2' }, [trial(5, 2), trial(6, 3)]);
    for (const other of [{ strategy: 'other' }, { instrument: 'ETH' }, { interval: '4h' }, { data: 'd2' }]) recordTrials(home, { ...SUBJECT, ...other }, [trial(9, 9)]);
    const { trials, allWordings } = trialsOf(home, SUBJECT);
    assert.deepEqual([trials, allWordings.trials, allWordings.meanSharpe], [1, 3, 2]);
  });

  it('refuses to have anything taken out', () => {
    const home = newHome();
    recordTrials(home, SUBJECT, [trial(5, 1)]);
    const database = new DatabaseSync(join(home, 'trials.sqlite'));
    assert.throws(() => database.exec('DELETE FROM trial'), /never taken back/);
    database.close();
    assert.equal(trialsOf(home, SUBJECT).trials, 1);
  });

  it('takes two writers at once', async () => {
    const home = newHome();
    const script = `
      const { recordTrials } = await import(${JSON.stringify(new URL('trial-store.ts', import.meta.url).href)});
      const from = Number(process.argv[1]);
      for (let round = 0; round < 20; round++) {
        recordTrials(${JSON.stringify(home)}, ${JSON.stringify(SUBJECT)}, Array.from({ length: 50 }, (_, i) => ({ parameters: { fast: from + round * 50 + i }, sharpe: 1 })));
      }`;
    const codes = await Promise.all([0, 500].map(async (from) => {
      const [code] = await once(spawn(process.execPath, ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', script, String(from)], { stdio: 'inherit' }), 'exit');
      return code as number;
    }));
    assert.deepEqual(codes, [0, 0]);
    assert.equal(trialsOf(home, SUBJECT).trials, 1500, 'half of each was tried by both');
  });

  it('says what is wrong with a file that is none of its own', () => {
    const home = newHome();
    recordTrials(home, SUBJECT, []);
    writeFileSync(join(home, 'trials.sqlite'), 'no database at all, but long enough to look like one'.repeat(40));
    assert.throws(() => trialsOf(home, SUBJECT), (error) => error instanceof Refusal && error.code === 'bad-data' && /damaged/.test(error.message));
  });

  it('says what is wrong with a folder that cannot be', () => {
    const home = newHome();
    writeFileSync(home, 'a file where the folder should be');
    assert.throws(() => trialsOf(home, SUBJECT), (error) => error instanceof Refusal && error.code === 'disk' && /trials\.sqlite cannot be written/.test(error.message));
    const taken = newHome();
    mkdirSync(join(taken, 'trials.sqlite'), { recursive: true });
    assert.throws(() => trialsOf(taken, SUBJECT), (error) => error instanceof Refusal && error.code === 'disk' && error.message === 'trials.sqlite cannot be written');
  });
});

describe('the content of a strategy', () => {
  it('changes with its file, and a strategy that ships has one too', () => {
    const file = join(root, 'idea.ts');
    writeFileSync(file, 'one');
    const first = strategyContent(file);
    writeFileSync(file, 'two');
    assert.notEqual(strategyContent(file), first);
    assert.match(strategyContent('macd'), /^[0-9a-f]{64}$/);
    assert.notEqual(strategyContent('macd'), strategyContent('bollinger'));
  });
});
