// The walls between the rooms of trader/src, as a tool checks them: `npm run verify -- walls`.
// Each rule is proved by a planted violation in trader/test/walls.

/** Which rooms a room may import, besides itself. Adapters and app have rules of their own. */
const ROOMS = {
  domain: [],
  ports: ['domain'],
  indicators: ['domain'],
  analytics: ['domain'],
  strategies: ['domain', 'ports', 'indicators'],
  pipeline: ['domain', 'ports', 'indicators'],
  simulation: ['domain', 'ports'],
  research: ['domain', 'ports', 'indicators', 'strategies', 'pipeline', 'simulation', 'analytics'],
  adapters: ['domain', 'ports'],
  api: ['domain', 'ports', 'analytics'],
};

const PURE = '^trader/src/(domain|ports|indicators|strategies|pipeline|simulation|research|analytics)/';
const TEST_FILE = '\\.test\\.ts$';

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `${room} may import ${allowed.length === 0 ? 'nothing but itself' : allowed.join(', ')}.`,
  severity: 'error',
  // A test beside its source may set up what its room may not know; it ships with nothing.
  from: { path: `^trader/src/${room}/`, pathNot: TEST_FILE },
  to: { path: '^trader/src/', pathNot: `^trader/src/(${[room, ...allowed].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...roomRules,
    {
      name: 'app-is-the-top',
      comment: 'app wires everything, so nobody imports app; what others need from it belongs to a port.',
      severity: 'error',
      from: { path: '^trader/src/(?!app/)' },
      to: { path: '^trader/src/app/' },
    },
    {
      name: 'adapters-are-strangers',
      comment: 'An adapter never imports another adapter: what they share is a port, a noun of the domain, or adapters/wire, which knows no venue.',
      severity: 'error',
      from: { path: '^trader/src/adapters/([^/]+)/' },
      to: { path: '^trader/src/adapters/', pathNot: '^trader/src/adapters/($1|wire)/' },
    },
    {
      name: 'pure-rooms-use-no-builtin',
      comment: 'Clock, disk, network and environment reach the pure rooms through ports. One file hashes.',
      severity: 'error',
      from: { path: PURE, pathNot: [TEST_FILE, '^trader/src/domain/id\\.ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'ids-use-hashing-alone',
      comment: 'domain/id.ts derives ids by hashing and may use node:crypto, nothing else of Node.',
      severity: 'error',
      from: { path: '^trader/src/domain/id\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'pure-rooms-use-no-package',
      comment: 'The pure rooms are ours to the last digit; a package belongs in an adapter or in app.',
      severity: 'error',
      from: { path: PURE, pathNot: TEST_FILE },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg'] },
    },
    {
      name: 'dashboard-has-one-door',
      comment: 'The dashboard knows the product by its contract and its stream client alone.',
      severity: 'error',
      from: { path: '^dashboard/', pathNot: TEST_FILE },
      to: { path: '^(trader|scripts)/', pathNot: '^trader/src/api/(contract|stream-client)\\.ts$' },
    },
    {
      name: 'nobody-imports-the-dashboard',
      comment: 'It is served as files; what others need from it belongs to the contract.',
      severity: 'error',
      from: { path: '^(trader|scripts)/' },
      to: { path: '^dashboard/' },
    },
    {
      name: 'source-without-tests',
      comment: 'What ships depends on no test, bench or script.',
      severity: 'error',
      from: { path: '^trader/src/', pathNot: TEST_FILE },
      to: { path: ['^trader/(test|bench)/', '^scripts/', TEST_FILE] },
    },
    {
      name: 'source-without-dev-packages',
      comment: 'What ships may import only what package.json lists under dependencies.',
      severity: 'error',
      from: { path: '^trader/src/', pathNot: TEST_FILE },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle hides which of two things rests on the other. Types count too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'Every import leads to a file, to a package or into Node.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Sees imports of types too; without it an `import type` would pass any wall.
    tsPreCompilationDeps: true,
    // A package may be listed by the workspace or by the repository.
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
