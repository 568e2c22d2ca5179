/** A file of the repository, by its path from the root. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** A rule about the repository's own text, with an offence that proves that it sees. */
export interface TidyRule {
  readonly name: string;
  readonly why: string;
  readonly appliesTo: RegExp;
  /** Offending places; `path` when it is the name that offends, else `path:line text`. */
  find(file: TextFile): string[];
  /** Files that may break it, each with the reason. */
  readonly allow?: Readonly<Record<string, string>>;
  readonly offence: TextFile;
}

const CODE = /^(trader|scripts|dashboard)\/.*\.(tsx?|mjs)$/;
const SOURCE = /^trader\/src\/(?!.*\.test\.ts$).*\.ts$/;
const TESTS = /^(trader|scripts|dashboard)\/.*\.test\.ts$/;
const ANY_TEXT = /(\.(tsx?|css|mjs|md|json|yml|sh|cmd)|^algotrendy|^\.ci\/run|LICENSE)$/;
const MONEY = /^trader\/src\/(domain|pipeline|simulation)\/(?!.*\.test\.ts$).*\.ts$/;

/** The walls name what they ban, so the rules about words leave them out. */
const WALLS = 'trader/test/walls/';

function lines(pattern: RegExp): TidyRule['find'] {
  return ({ path, text }) => path.startsWith(WALLS) ? [] : text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : []));
}

function names(pattern: RegExp): TidyRule['find'] {
  return ({ path }) => (pattern.test(path) ? [path] : []);
}

function offence(path: string, text: string): TextFile {
  return { path, text };
}

/** Style as a test over the source: what neither the linter nor the walls can see. */
export const TIDY_RULES: readonly TidyRule[] = [
  {
    name: 'no drawers',
    why: 'A file called utils or helpers has no noun; the thing belongs to one.',
    appliesTo: CODE,
    find: names(/(^|[/-])(utils?|helpers?|common|misc|manager|impl|processor)([-./]|$)|-base\./),
    offence: offence('trader/src/domain/price-utils.ts', ''),
  },
  {
    name: 'kebab-case file names',
    why: 'One way to write names, the same on every file system.',
    appliesTo: CODE,
    find: names(/^(?!(([a-z0-9.-]+|\([a-z]+\))\/)*[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d|\.config)?\.(tsx?|mjs)$)/),
    offence: offence('trader/src/domain/orderBook.ts', ''),
  },
  {
    name: 'type names say what the thing is',
    why: 'Manager, Helper, Util, Base, Impl and Processor say nothing, nor does an I before an interface.',
    appliesTo: CODE,
    find: lines(/\b(class|interface|type)\s+(I[A-Z][a-z]\w*|\w*(Manager|Helpers?|Utils?|Impl|Processor|Base))\b/),
    offence: offence('trader/src/app/a.ts', 'export interface IOrder {}'),
  },
  {
    name: 'no mode questions outside app',
    why: 'Backtest, paper and live are wirings; logic that asks which one it is in will differ between them.',
    appliesTo: /^trader\/src\/(?!app\/).*\.ts$/,
    find: lines(/\b(isLive|isPaper|isBacktest|NODE_ENV)\b|\bmode\s*[!=]==?|switch\s*\([^)]*\bmode\)/),
    offence: offence('trader/src/pipeline/a.ts', "if (mode === 'live') return;"),
  },
  {
    name: 'no float text in money code',
    why: 'parseFloat, toFixed and EPSILON round silently; money is exact: domain/exact.ts.',
    appliesTo: MONEY,
    find: lines(/\b(parseFloat|toFixed|EPSILON)\b/),
    allow: { 'trader/src/domain/instrument.ts': 'floorToLot is a door between the two number worlds: it forgives a float the last bits of its own rounding' },
    offence: offence('trader/src/domain/a.ts', 'const price = parseFloat(text);'),
  },
  {
    name: 'approval is minted in one file',
    why: 'Nothing reaches a venue that risk did not approve; a cast elsewhere would be a way round it.',
    appliesTo: SOURCE,
    find: lines(/\bas\s+(unknown\s+as\s+)?Approved\b|<Approved<[^>]*>>\s*[a-z({]/),
    allow: { 'trader/src/pipeline/risk.ts': 'the one file that approves' },
    offence: offence('trader/src/pipeline/a.ts', 'venue.submit(order as Approved<Order>);'),
  },
  {
    name: 'consent is given and passports are accepted in one file each',
    why: 'Real money is reached with a typed confirmation and a passport that was checked; a cast elsewhere would be a way round both.',
    appliesTo: SOURCE,
    find: lines(/\bas\s+(unknown\s+as\s+)?(LiveConsent|AcceptedPassport)\b/),
    allow: {
      'trader/src/app/wiring/passport-check.ts': 'the one file that checks a passport',
    },
    offence: offence('trader/src/app/a.ts', "connectVenue('binance', { venue: 'binance' } as LiveConsent, [], around);"),
  },
  {
    name: 'files of at most 400 lines',
    why: 'A file that a person can hold in mind.',
    appliesTo: CODE,
    find: ({ path, text }) => (text.split('\n').length > 401 ? [path] : []),
    offence: offence('trader/src/app/a.ts', '\n'.repeat(401)),
  },
  {
    name: 'nothing left to do',
    why: 'What is not done belongs to an issue, not to a comment that nobody reads.',
    appliesTo: ANY_TEXT,
    find: lines(/\b(TODO|FIXME|XXX|HACK)\b/),
    offence: offence('README.md', 'TODO: write this'),
  },
  {
    name: 'no skipped tests',
    why: 'A test that does not run is no test.',
    appliesTo: TESTS,
    find: lines(/\b(test|it|describe|suite|t)\.(skip|todo|only)\b|\b(skip|todo|only):\s*(true|['"`])/),
    allow: { 'scripts/test.test.ts': 'it shows that the runner refuses them' },
    offence: offence('trader/test/a.test.ts', "test.skip('x', () => {});"),
  },
  {
    name: 'own code is never mocked',
    why: 'There are simulated and memory implementations; a mock tests itself.',
    appliesTo: TESTS,
    find: lines(/\bmock\.(module|method|getter|setter)\b/),
    offence: offence('trader/test/a.test.ts', "mock.module('./venue.ts');"),
  },
  {
    name: 'no barrels',
    why: 'An import names the file that it needs; a barrel hides cycles and loads everything.',
    appliesTo: CODE,
    find: lines(/^\s*export\s+(type\s+)?\*/),
    offence: offence('trader/src/domain/a.ts', "export * from './b.ts';"),
  },
  {
    name: 'exceptions give their reason',
    why: 'A rule may be switched off for one line, never in silence: `-- reason`.',
    appliesTo: CODE,
    find: lines(/(oxlint|eslint)-(disable|enable)(?!.*-- \S{3})|@ts-(ignore|nocheck)|@ts-expect-error\s*$/),
    offence: offence('trader/src/app/a.ts', '// oxlint-disable-next-line complexity'),
  },
  {
    name: 'the product alone',
    why: 'Paths of one machine mean nothing on another.',
    appliesTo: ANY_TEXT,
    find: lines(/(^|[\s"'`(=:])\/(root|work\/(main|shared)|home\/[a-z]\w*|Users\/[A-Za-z]\w*)\b|\.\.\/shared\/|[A-Z]:\\Users\\/),
    offence: offence('docs/a.md', 'Read /home/anna/notes first.'),
  },
  {
    name: 'no word of who wrote it',
    why: 'The repository speaks of the product, not of a workplace.',
    appliesTo: ANY_TEXT,
    find: lines(/\b(coding agent|helper agent|sub-?agents?|co-authored-by|language model wrote|work session|this brief|the brief)\b/i),
    offence: offence('docs/a.md', 'A coding agent wrote this.'),
  },
  {
    name: 'the lock file names no private registry',
    why: 'A newcomer installs from the public registry or from his own.',
    appliesTo: /^package-lock\.json$/,
    find: lines(/"resolved": "(?!trader"|dashboard"|https:\/\/registry\.npmjs\.org\/)/),
    offence: offence('package-lock.json', '"resolved": "http://packages.internal/a.tgz"'),
  },
];

/** What a rule finds in a file that it applies to and that it does not allow. */
export function findOffences(rule: TidyRule, file: TextFile): string[] {
  return rule.appliesTo.test(file.path) && rule.allow?.[file.path] === undefined ? rule.find(file) : [];
}
