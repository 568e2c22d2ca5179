import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRuleSet, type RuleSet } from './rule-set.ts';
import { DATA_FOLDER, shippedInstruments } from './venue-rules.ts';

const FOLDER = join(DATA_FOLDER, 'venues');
const FILES = readdirSync(FOLDER);

function shipped(file: string): RuleSet {
  const read = readRuleSet(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));
  assert.ok(read.ok, read.ok ? '' : `${file}: ${read.error.message}`);
  return read.value;
}

/** What is said of a shipped rule set with one field set to something else; undefined takes the field away. */
function fault(path: string, value: unknown, file = 'binance-usdm_2025-06-01.json'): string {
  const rules: unknown = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
  const keys = path.split('.');
  const holder = keys.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, rules as Record<string, unknown>);
  holder[keys.at(-1) as string] = value;
  const read = readRuleSet(JSON.parse(JSON.stringify(rules)));
  return read.ok ? 'all is well' : read.error.message;
}

test('every rule set that ships agrees with itself, names its sources, and is called what it is', () => {
  assert.deepEqual([...new Set(FILES.map((file) => shipped(file).venue))].sort(), ['alpaca', 'binance', 'binance-usdm', 'coinbase', 'ftmo-mt5', 'kraken', 'okx']);
  for (const file of FILES) {
    const { venue, asOf, sources } = shipped(file);
    assert.equal(file, `${venue}_${asOf}.json`);
    assert.ok(sources.length > 0);
  }
});

test('what paper trades has the rules of its venue', () => {
  const rules = shipped('binance-usdm_2025-06-01.json');
  for (const { id, venue, tickSize, lotSize, minNotional, quoteCurrency } of shippedInstruments()) {
    const one = rules.instruments.find((instrument) => instrument.id === id);
    assert.deepEqual([venue, tickSize, lotSize, minNotional, quoteCurrency], [rules.venue, one?.tickSize, one?.lotSize, one?.minNotional, one?.quoteCurrency]);
  }
});

test('a rule set that contradicts itself is refused with the field and what is wrong with it', () => {
  const wrong: readonly (readonly [message: string, path: string, value: unknown])[] = [
    ['from: 2026-01-01 is after to, 2025-11-30', 'from', '2026-01-01'],
    ['fees[0].volume: the lowest step begins at 0, not at 5', 'fees.0.volume', '5'],
    ['fees[1].volume: 0 is not above 0, where the step before begins: they overlap', 'fees.1', { volume: '0', maker: '0', taker: '0' }],
    ['fees[1].taker: 0.001 is more than 0.0005 of the step before', 'fees.1', { volume: '9', maker: '0', taker: '0.001' }],
    ['fees[0].taker: "5" is no share of a value, which lies below 1', 'fees.0.taker', '5'],
    ['margin.liquidationFee: "1.25" is no share of a value, which lies below 1', 'margin.liquidationFee', '1.25'],
    ['instruments[0].funding.rate: "-1" is no share of a value, which lies below 1', 'instruments.0.funding.rate', '-1'],
    ['instruments[0].minQuantity: 0.0015 is no multiple of the lot, 0.001', 'instruments.0.minQuantity', '0.0015'],
    ['instruments[0].minNotional: 0.00001 is less than the smallest order at the smallest price, one tick of 0.1', 'instruments.0.minNotional', '0.00001'],
    ['instruments[1].id: BTC-USDT-PERP.BINANCE stands there twice', 'instruments.1.id', 'BTC-USDT-PERP.BINANCE'],
    ['instruments[0].quoteCurrency: EUR is not the account\'s, USDT', 'instruments.0.quoteCurrency', 'EUR'],
    ['instruments[0].brackets[1].upTo: 40000 is not above 50000 of the step before', 'instruments.0.brackets.1.upTo', '40000'],
    ['instruments[0].brackets[1].maxLeverage: 150 is more than 125 of the step before', 'instruments.0.brackets.1.maxLeverage', 150],
    ['instruments[0].brackets[1].rate: 0.003 is less than 0.004 of the step before', 'instruments.0.brackets.1.rate', '0.003'],
    ['instruments[0].brackets[1].rate: 0.01 is not below the initial margin, 1/100', 'instruments.0.brackets.1.rate', '0.01'],
    ['instruments[0].brackets[2].deduction: 951 should be 950, so that the margin does not jump', 'instruments.0.brackets.2.deduction', '951'],
    ['instruments[0].brackets[0].upTo is missing: only the last step has no end', 'instruments.0.brackets.0.upTo', undefined],
    ['instruments[0].brackets: margin says nothing of how positions end', 'margin', undefined],
    ['instruments[0].funding: a perpetual has a rate', 'instruments.0.funding', undefined],
    ['instruments[0].funding.intervalHours: 7 hours do not divide a day', 'instruments.0.funding.intervalHours', 7],
    ['instruments[0].session: there is no session "night"', 'instruments.0.session', 'night'],
    ['instruments[0].tickSize: 0.1 is no decimal number above 0 in quotes, such as "0.001"', 'instruments.0.tickSize', 0.1],
    ['instruments[0].lotSize is missing', 'instruments.0.lotSize', undefined],
    ['instruments[0].lotsize is no field of a rule set', 'instruments.0.lotsize', '1'],
    ['asOf: "2025-02-30" is a day that the calendar does not have', 'asOf', '2025-02-30'],
    ['instruments[0].kind: "future" is none of spot, margin, perpetual', 'instruments.0.kind', 'future'],
    ['notes: "a note" is no array', 'notes', 'a note'],
    ['debit: {} has none of the forms that are possible there', 'debit', {}],
  ];
  for (const [message, path, value] of wrong) assert.equal(fault(path, value), message);
  const hours = (from: string, to: string) => fault('sessions.us-equity.hours.1', { from, to }, 'alpaca_2022-01-01.json');
  assert.equal(hours('Tue 16:00', 'Tue 09:30'), 'sessions.us-equity.hours[1]: it ends Tue 09:30, which is not after Tue 16:00, where it begins');
  assert.equal(hours('Mon 15:00', 'Tue 16:00'), 'sessions.us-equity.hours[1].from: Mon 15:00 lies within the hours before, which end Mon 16:00');
  assert.deepEqual(readRuleSet('nothing'), { ok: false, error: { kind: 'rules', message: 'the file: "nothing" is no object' } });
});
