import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PaperTrader } from '../../src/app/wiring/paper.ts';
import { pick, seededRandom } from '../random.ts';
import { isInput, JournalLedger, readJournal, type JournalImage } from './journal-ledger.ts';
import { parseLine, runPaper } from './paper-process.ts';
import { journalOf } from './small-run.ts';

// The real command line, killed 200 times by SIGKILL: at exact writes to its journal (before, after
// and in the middle of one), and from outside at any moment, while it recovers or while it trades.
// Then each run is let go on to the end of its data, and must be the run that nobody disturbed.
const CHAINS = 4;
const KILLS_PER_CHAIN = 50;
const SEED = 20_260_101;

const folder = mkdtempSync(join(tmpdir(), 'kill-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const undisturbed = join(folder, 'undisturbed');
let journal: JournalImage;
let told: readonly string[] = [];
/** Every line that the undisturbed run told. */
const tellable = new Set<string>();

before(async () => {
  const { code, lines, errors } = await runPaper({ home: undisturbed });
  assert.equal(code, 0, errors);
  told = lines;
  for (const line of lines) tellable.add(line);
  journal = readJournal(journalOf(undisturbed));
});

test('what the undisturbed run told at every moment is what its journal comes to', () => {
  const ledger = new JournalLedger(journal.records[0]);
  let fills = 0;
  for (const [index, text] of told.entries()) {
    const { kind, ...state } = parseLine(text);
    if (kind === 'fill') fills += 1;
    // Every fifth, to be quick about it; the equity of every one is looked at below.
    if (kind !== 'minute' || index % 5 !== 0) continue;
    while (ledger.sequence < Number(state['journalSequence'])) ledger.add(journal.records[ledger.sequence]);
    assert.deepEqual(state, ledger.state());
  }
  const reports = journal.records.filter((record) => record.kind === 'report' && record.report === 'filled');
  assert.equal(fills, reports.length, 'every fill was told, once');
  assert.ok(fills > 1_000 && journal.records.at(-1)?.kind === 'stop');
});

test('no client order id occurs twice', () => {
  const ids = journal.records.flatMap((record) => (record.kind === 'order' ? [record.clientOrderId] : []));
  assert.equal(new Set(ids).size, ids.length);
});

/** What the kills of all chains met, to show that they met what they were made for. */
const met = { kills: 0, recovering: 0, betweenMoments: 0, insideMoment: 0, insideInput: 0, tornRecords: 0 };

/** One kill: how the process is run and what ends it. */
type Blow =
  | { readonly kind: 'write'; readonly count: number; readonly where: 'before' | 'after' | number }
  | { readonly kind: 'line'; readonly number: number; readonly speed: string }
  | { readonly kind: 'trading'; readonly delayMs: number; readonly speed: string }
  | { readonly kind: 'starting'; readonly delayMs: number };

function nextBlow(random: () => number, sequence: number): Blow {
  const kind = random();
  const speed = pick(random, ['max', 'max', '200000', '30000']);
  if (kind < 0.14) return { kind: 'starting', delayMs: 20 + 350 * random() };
  if (kind < 0.34) return { kind: 'line', number: 1 + Math.floor(25 * random()), speed };
  if (kind < 0.5) return { kind: 'trading', delayMs: 25 * random(), speed };
  let at = sequence + Math.floor(300 * random());
  // Most of these fall where it matters: among orders, reports and denials.
  if (random() < 0.7) while (at < journal.records.length && isInput(journal.records[at])) at += 1;
  const where = pick(random, ['before', 'after', 'torn'] as const);
  return { kind: 'write', count: at - sequence + 1, where: where === 'torn' ? 1 + Math.floor(100 * random()) : where };
}

async function strike(home: string, blow: Blow): Promise<readonly string[]> {
  const { signal, lines, errors } = await runPaper({
    home, words: ['paper', '--json', '--speed', 'speed' in blow ? blow.speed : 'max'],
    ...(blow.kind === 'write' && { fault: `${blow.count}:${blow.where}` }),
    onStart: (kill) => void (blow.kind === 'starting' && setTimeout(kill, blow.delayMs)),
    onLine(_, number, kill) {
      if (blow.kind === 'line' && number === blow.number) kill();
      if (blow.kind === 'trading' && number === 1) setTimeout(kill, blow.delayMs);
    },
  });
  assert.equal(signal, 'SIGKILL', errors);
  return lines;
}

/** One run on one home: killed over and over, and looked at after every kill and every restart. */
class Chain {
  readonly home: string;
  readonly #random: () => number;
  readonly #ledger = new JournalLedger(journal.records[0]);
  readonly #fills = new Set<string>();
  /** Sound records on the disk, and those that a restart makes of them by finishing the last input. */
  #onDisk = 0;

  constructor(index: number) {
    this.home = join(folder, `chain-${index}`);
    this.#random = seededRandom(SEED + index);
    mkdirSync(this.home);
    // One chain reads the shipped bars itself, so that a kill can meet that too.
    if (index > 0) symlinkSync(join(undisturbed, 'cache'), join(this.home, 'cache'));
  }

  async suffer(): Promise<void> {
    const blow = nextBlow(this.#random, this.#onDisk);
    const before = this.#onDisk;
    const lines = await strike(this.home, blow);
    this.#checkLines(lines, before);
    this.#checkDisk();
    met.kills += 1;
    if (lines.length === 0) met.recovering += 1;
    if (blow.kind !== 'write') return;
    assert.equal(this.#onDisk, before + blow.count - (blow.where === 'after' ? 0 : 1), 'killed at that very write');
  }

  /** To the end of the data: the same bytes on the disk, the same last words. */
  async finish(): Promise<void> {
    const { code, lines, errors } = await runPaper({ home: this.home });
    assert.equal(code, 0, errors);
    this.#checkLines(lines, this.#onDisk);
    assert.equal(lines.at(-1), told.at(-1));
    assert.ok(readFileSync(journalOf(this.home)).equals(journal.bytes), 'the journal is not that of the undisturbed run');
  }

  /** The journal is a beginning of the undisturbed one, a torn record at its end included. */
  #checkDisk(): void {
    const path = journalOf(this.home);
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    assert.ok(bytes.equals(journal.bytes.subarray(0, bytes.length)), 'the journal is no beginning of the undisturbed one');
    while ((journal.ends[this.#onDisk] ?? Infinity) <= bytes.length) this.#onDisk += 1;
    const { [this.#onDisk - 1]: last, [this.#onDisk]: next } = journal.records;
    if (bytes.length > (journal.ends[this.#onDisk - 1] ?? 0)) met.tornRecords += 1;
    if (last?.kind === 'run' || next === undefined) return;
    if (!isInput(next)) met.insideInput += 1;
    else if (last?.kind === 'bar' && next.kind === 'bar' && last.bar[0] === next.bar[0]) met.insideMoment += 1;
    else met.betweenMoments += 1;
  }

  /** The first line is the state of the undisturbed run where this one went on, and every line one that it told; no fill twice. */
  #checkLines(lines: readonly string[], onDisk: number): void {
    if (lines.length === 0) return;
    const { kind, ...state } = parseLine(lines[0]);
    const sequence = Number(state['journalSequence']);
    assert.ok(kind === 'state' && sequence >= onDisk, lines[0]);
    assert.equal(journal.records.slice(Math.max(1, onDisk), sequence).some(isInput), false, 'the state comes before anything new is admitted');
    assert.equal(sequence === journal.records.length || isInput(journal.records[sequence] as never), true, 'the last input is finished');
    while (this.#ledger.sequence < sequence) this.#ledger.add(journal.records[this.#ledger.sequence]);
    assert.deepEqual(state, this.#ledger.state());
    for (const line of lines.slice(1)) {
      assert.ok(tellable.has(line), `the undisturbed run never told ${line}`);
      if (!line.startsWith('{"kind":"fill"')) continue;
      assert.equal(this.#fills.has(line), false, `told twice: ${line}`);
      this.#fills.add(line);
    }
  }
}

test(`${CHAINS * KILLS_PER_CHAIN} kills lose nothing, send nothing twice, and leave no trace in the end`, async (t) => {
  const chains = Array.from({ length: CHAINS }, (_, index) => new Chain(index));
  const waiting = [...chains];
  const work = async () => {
    for (let chain = waiting.shift(); chain !== undefined; chain = waiting.shift()) {
      for (let kill = 0; kill < KILLS_PER_CHAIN; kill++) await chain.suffer();
      await chain.finish();
    }
  };
  await Promise.all(Array.from({ length: Math.min(CHAINS, availableParallelism()) }, work));
  t.diagnostic(JSON.stringify(met));
  assert.equal(met.kills, CHAINS * KILLS_PER_CHAIN);
  for (const [what, count] of Object.entries(met)) assert.ok(count > 0, `no kill met ${what}`);
});

test('the equity history of a run that was killed is whole', async () => {
  const trader = await PaperTrader.open(join(folder, 'chain-0'), undefined, false, { onFill() {}, onDenial() {}, onOrder() {} });
  try {
    const minutes = told.map(parseLine).filter(({ kind }) => kind === 'minute');
    assert.equal(trader.history.length, minutes.length);
    minutes.forEach(({ tsEvent, equity }, index) => {
      const point = trader.history.at(index);
      assert.equal(point?.tsEvent, Date.parse(String(tsEvent)));
      assert.ok(Math.abs((point?.equity ?? NaN) - Number(equity)) < 1e-6);
    });
  } finally {
    trader.release();
  }
});
