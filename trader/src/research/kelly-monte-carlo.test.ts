import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ftmo } from '../../test/ftmo.ts';
import { kellyPicture } from '../analytics/kelly-picture.ts';
import { fromNumber } from '../domain/exact.ts';
import { PropFirmEvaluation } from '../domain/prop-firm.ts';
import { Random } from '../domain/random.ts';
import { DAY_MS } from '../domain/time.ts';
import { kellyMonteCarlo, kellyPath, type KellyPlan } from './kelly-monte-carlo.ts';

const PLAN: KellyPlan = {
  fractions: [1, 0.5, 0.25, 0.1, 0.05], sharpe: 1.5, paths: 1_500, stepsPerDay: 24, daysPerYear: 252, maxDays: 2_000, estimateError: 0.5, rules: ftmo('ftmo-challenge'), seed: 1,
};

// 4 000 paths of another program, drawn once, beside docs/kelly.md: pass, fail daily, fail total, median days, pass with half the edge unknown.
const MEASURED = [[0.10, 0.90, 0, 4, 0.15], [0.30, 0.68, 0.02, 4, 0.33], [0.55, 0.27, 0.18, 11, 0.58], [0.88, 0, 0.12, 66, 0.85], [0.98, 0, 0.02, 176, 0.94]] as const;

test('what was measured once comes out again within the error of so many paths', () => {
  const rows = kellyMonteCarlo(PLAN);
  for (const [i, [pass, daily, total, days, estimated]] of MEASURED.entries()) {
    const { fraction, known, estimated: unsure } = rows[i];
    for (const [found, expected] of [[known.pass, pass], [known.failDaily, daily], [known.failTotal, total], [unsure.pass, estimated]] as const) {
      // Three standard errors of a difference, and half of the last digit that was written down.
      const within = 3 * Math.sqrt(Math.max(expected * (1 - expected), 0.005) * (1 / 4_000 + 1 / PLAN.paths)) + 0.005;
      assert.ok(Math.abs(found - expected) <= within, `${fraction}: ${found} is not ${expected} within ${within}`);
    }
    assert.ok(Math.abs((known.medianDays ?? NaN) - days) <= Math.max(2, 0.12 * days), `${fraction}: ${known.medianDays} days`);
  }
});

test('without a daily rule the paths pass as often as the closed form says', () => {
  const rules = { ...PLAN.rules, maxDailyLoss: '0.1', minTradingDays: 0 };
  for (const { fraction, closedPass, known } of kellyMonteCarlo({ ...PLAN, rules, fractions: [0.5, 0.2], paths: 1_500, stepsPerDay: 48 })) {
    assert.ok(Math.abs(known.pass - (closedPass ?? NaN)) < 0.05, `${fraction}: ${known.pass} beside ${closedPass}`);
  }
});

test('the same seed gives the same rows, another one others', () => {
  const short = { ...PLAN, fractions: [0.5], paths: 100 };
  assert.deepEqual(kellyMonteCarlo(short), kellyMonteCarlo(short));
  assert.notDeepEqual(kellyMonteCarlo(short), kellyMonteCarlo({ ...short, seed: 2 }));
});

test('a path ends as the rules of the account say, step by step', () => {
  for (const id of ['ftmo-challenge', 'ftmo-1-step']) {
    const ends = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const evaluation = new PropFirmEvaluation(ftmo(id), fromNumber(1, 12), 12);
      let steps = 0;
      const { end } = kellyPath({ ...PLAN, rules: ftmo(id), maxDays: 200 }, [0.08, 0.3][seed % 2], new Random(seed), (day, equity) => {
        // Days begin at 23:00 UTC in a winter without end; each looks at its limits 24 times.
        const now = 10 * 3_600_000 + day * DAY_MS + (steps++ % 24) * 60_000;
        const money = fromNumber(equity, 12);
        evaluation.entered(now);
        assert.ok(!evaluation.decided, `${id}, seed ${seed}: it had ended before`);
        evaluation.look({ opened: now, now, balance: money, equity: money, lowest: money, flat: true });
      });
      const found = evaluation.breach ? 'broken' : evaluation.passedAt === undefined ? 'unfinished' : 'pass';
      assert.equal(found, end === 'daily' || end === 'total' ? 'broken' : end, `${id}, seed ${seed}`);
      ends.add(found);
    }
    assert.ok(ends.has('broken') && ends.has('pass'));
  }
});

test('the picture stacks what adds up to all paths, and says whose rules they are', () => {
  const picture = kellyPicture([{ fraction: 0.5, pass: 0.3, failDaily: 0.5, failTotal: 0.1, growthKept: 0.75 }], 'Rules <of> a firm');
  assert.match(picture, /^<svg /);
  assert.ok(picture.includes('Rules &lt;of> a firm') && picture.includes('>30 %<'));
  const heights = [...picture.matchAll(/width="48" height="([\d.]+)"/g)].map(([, height]) => Number(height));
  assert.equal(heights.length, 4, 'the tenth that was unfinished too');
  assert.ok(Math.abs(heights.reduce((sum, height) => sum + height, 0) - 260) < 0.5);
});
