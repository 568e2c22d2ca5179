import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trade, VenueStreet, type Line } from './venue-street.ts';

/** A person at a run's API, as a browser is. */
class Person {
  readonly #url: string;
  #cookies = '';

  private constructor(url: string) {
    this.#url = url;
  }

  static async first(url: string, link: string): Promise<Person> {
    const person = new Person(url);
    const { response } = await person.ask('POST', '/auth/first-run', { token: link.split('#')[1], name: 'ann', password: 'a street on loopback' });
    person.#cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ');
    return person;
  }

  async ask(method: string, path: string, body?: unknown, key = ''): Promise<{ readonly response: Response; readonly answer: unknown }> {
    const response = await fetch(`${this.#url}/api/v1${path}`, {
      method, headers: { origin: this.#url, 'x-algotrendy': '1', cookie: this.#cookies, ...(body !== undefined && { 'content-type': 'application/json' }), ...(key !== '' && { 'idempotency-key': key }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { response, answer: await response.json() };
  }
}

test('an order of a person reaches the venue once, survives kills at any moment, and comes out of the journal again', () => VenueStreet.open(async (street) => {
  const ticket = { instrument: 'BTC-USDT.BINANCE', side: 'buy', type: 'market', size: { kind: 'quantity', quantity: '0.05' } };
  const answers: { readonly orders: readonly { readonly clientOrderId: string }[] }[] = [];
  let person: Promise<Person> | undefined;
  const killed = await trade(street, ['--api-port', '0'], (line: Line & { readonly url?: string; readonly firstRun?: string; readonly leg?: string }) => {
    if (line.kind === 'api') person = Person.first(String(line.url), String(line.firstRun));
    if (line.kind === 'minute') {
      // The same key again is the same order, however often it is asked for.
      void person?.then((ann) => ann.ask('POST', '/orders', ticket, 'one-order-of-ann')).then(({ answer }) => answers.push(answer as never)).catch(() => undefined);
    }
    return line.kind === 'fill' && line.leg === 'manual' ? 'SIGKILL' : undefined;
  });
  assert.equal(killed.signal, 'SIGKILL', killed.stderr);
  const ended = await trade(street, [], ({ kind, fills }) => (kind === 'minute' && (fills ?? 0) >= 4 ? 'SIGINT' : undefined));
  assert.equal(ended.code, 0, ended.stderr);
  const records = street.records();
  const manual = records.filter(({ kind, leg }) => kind === 'order' && leg === 'manual');
  assert.equal(manual.length, 1);
  assert.equal(manual[0]['book'], 'manual@BTC-USDT.BINANCE');
  const { orders } = street.account;
  assert.equal(orders.filter(({ clientOrderId }) => clientOrderId === manual[0]['clientOrderId']).length, 1);
  assert.equal(new Set(orders.map(({ clientOrderId }) => clientOrderId)).size, orders.length);
  assert.deepEqual(records.filter(({ kind }) => kind === 'difference'), []);
  const [command] = records.filter(({ kind, command: given }) => kind === 'command' && (given as { readonly kind: string }).kind === 'place').map(({ command: given }) => given as { readonly by: string });
  assert.match(command.by, /^user:/);
  const { stdout } = await street.run(['replay', `${street.home}/live/journal.jsonl`, '--json']);
  const replayed = JSON.parse(stdout) as { readonly digest: string; readonly recordedDigest: string };
  assert.equal(replayed.digest, replayed.recordedDigest);
  assert.ok(answers.every((answer) => answer.orders === undefined || answer.orders[0].clientOrderId === manual[0]['clientOrderId']));
}));
