/** What people call the rules that an order is judged by, and what they do, in a sentence. */
const RULES: Readonly<Record<string, readonly [name: string, meaning: string]>> = {
  'no-stop': ['Stop at the venue', 'No position that is to be left at a stop which the venue does not take: it would stand there unprotected.'],
  'stale-data': ['Age of prices', 'No decision on a price that is older than this.'],
  'price-collar': ['Jump of a price', 'No order at a price that lies further than this from the one a bar before: a spike, or a bad print.'],
  notional: ['Value of one order', 'No single order of more value than this.'],
  exposure: ['Exposure, all together', 'All books together, each at the largest that it can become with what is on its way, are worth no more than this share of equity.'],
  position: ['Position in one instrument', 'All books of one instrument together are worth no more than this share of equity.'],
  'currency-exposure': ['Exposure to one coin', 'Everything that depends on one coin or currency, in whatever contract, is worth no more than this share of equity.'],
  group: ['Group', 'What rises and falls together is worth no more than this share of equity.'],
  drawdown: ['Drawdown', 'No new risk while equity is further than this below its highest.'],
  'loss-streak': ['Losing trades in a row', 'After more losing trades in a row than this, nothing is begun for a while.'],
  'duplicate-intent': ['Orders for one opinion', 'One opinion of a strategy adds risk with so many orders at most: what was sent already was asked for again.'],
  'order-rate': ['Orders in a minute', 'So many orders in any minute of market time at most; all orders count, those that protect too.'],
  halted: ['Trading is halted', 'While trading is halted nothing may add risk.'],
  liquidated: ['Account liquidated', 'The venue has liquidated the account: nothing may add risk any more.'],
};

/** What a person calls a rule: `duplicate-intent` as `Orders for one opinion`, `group:coins` as `Group coins`; one that is not known by its own words. */
export function ruleName(rule: string): string {
  const [kind, group] = rule.split(':');
  const known = RULES[kind ?? '']?.[0];
  if (known !== undefined) return group === undefined ? known : `${known} ${group}`;
  const words = rule.replaceAll(/[-_]/g, ' ').replaceAll(':', ': ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** What a rule does, in a sentence; empty for one that is not known. */
export function ruleMeaning(rule: string): string {
  return RULES[rule.split(':')[0] ?? '']?.[1] ?? '';
}

/** A rule with what its limit is about, as people say it: an instrument without its venue, and a group once. */
export function limitName({ rule, subject }: { readonly rule: string; readonly subject: string | null }): string {
  if (subject === null || rule.endsWith(`:${subject}`)) return ruleName(rule);
  return `${ruleName(rule).replace(/ (in|to) one .*/, '')} · ${subject.replace(/\.[A-Z0-9]+$/, '')}`;
}
