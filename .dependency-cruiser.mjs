/**
 * Which file may import which: main -> app -> technology folders -> captures -> shared contracts.
 * Read by `npm run check`, which also fails when too little was seen for the verdict to mean anything.
 */
const TEST = '\\.(test|fixture|contract)\\.ts$';
const OURS = '^(services|packages|tools|examples|e2e|load)/';

const TECHNOLOGIES = {
  api: ['http', 'queue', 'redis', 'vlens', 'documents', 'sealing', 'metrics', 'traces'],
  worker: ['queue', 'budget', 'vlens', 'outbox', 'kafka', 'health', 'metrics', 'traces'],
};

/** @param {string} name @param {string} comment @param {object} from @param {object} to */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const technologyRules = Object.entries(TECHNOLOGIES).flatMap(([service, folders]) => {
  const src = `^services/${service}/src`;
  const any = folders.join('|');
  return [
    ...folders.map((folder) =>
      forbid(
        `${service}-${folder}-alone`,
        'Technology folders never import each other; app.ts joins them.',
        { path: `${src}/${folder}/`, pathNot: TEST },
        { path: `${src}/(${any})/`, pathNot: `${src}/${folder}/` },
      ),
    ),
    forbid(
      `${service}-captures-pure`,
      'The feature core knows no technology; it declares ports and is given adapters.',
      { path: `${src}/(captures|identities|limits|webhooks|ops|reconcile|replay)/`, pathNot: TEST },
      { path: `${src}/(${any})/|^services/${service}/src/(app|main)\\.ts$` },
    ),
    forbid(
      `${service}-app-joins`,
      'Only main.ts imports app.ts.',
      { path: `${src}/`, pathNot: `${src}/main\\.ts$|${TEST}` },
      { path: `${src}/app\\.ts$` },
    ),
  ];
});

const rules = [
  forbid('no-cycles', 'Imports run one way.', {}, { circular: true }),
  forbid('no-unresolved', 'Every import leads somewhere.', { path: OURS }, { couldNotResolve: true }),
  forbid('no-barrels', 'Import the file that has it.', {}, { path: `${OURS}.*/index\\.ts$` }),
  forbid('main-is-entry', 'main.ts is started, never imported.', { pathNot: TEST }, { path: `${OURS}.*/main\\.ts$` }),
  forbid(
    'no-test-imports',
    'Shipped code never imports a test.',
    { path: OURS, pathNot: `${TEST}|^e2e/` },
    { path: TEST },
  ),
  forbid(
    'contracts-pure',
    'Contracts import nothing but zod and contracts.',
    { path: '^packages/shared/src/contracts/', pathNot: TEST },
    { pathNot: '^packages/shared/src/contracts/|/node_modules/zod/' },
  ),
  forbid(
    'tenants-and-store-apart',
    'Tenants are settings, the store is state; the services join them.',
    { path: '^packages/shared/src/(tenants|store)/', pathNot: TEST },
    { path: '^packages/shared/src/(tenants|store)/', pathNot: '^packages/shared/src/$1/' },
  ),
  forbid('packages-below-services', 'Packages never import services.', { path: '^packages/' }, { path: '^services/' }),
  forbid(
    'vlens-alone',
    'The client of the provider is usable without the rest of the project.',
    { path: '^packages/vlens/', pathNot: TEST },
    { path: OURS, pathNot: '^packages/vlens/' },
  ),
  forbid(
    'sandbox-alone',
    'The stand-in for the provider shares no code with its users.',
    { path: '^packages/vlens-sandbox/', pathNot: TEST },
    { path: OURS, pathNot: '^packages/vlens-sandbox/' },
  ),
  forbid(
    'sdk-alone',
    'What other teams install knows the contracts and nothing else of the project.',
    { path: '^packages/sdk/', pathNot: TEST },
    { path: OURS, pathNot: '^packages/(sdk/|shared/src/contracts/)' },
  ),
  forbid(
    'cli-on-sdk',
    'The command line uses the service as any other team does.',
    { path: '^packages/cli/', pathNot: TEST },
    { path: OURS, pathNot: '^packages/((cli|sdk)/|shared/src/contracts/)' },
  ),
  forbid(
    'api-not-worker',
    'Services meet in Redis, not in code.',
    { path: '^services/api/' },
    { path: '^services/worker/' },
  ),
  forbid(
    'worker-not-api',
    'Services meet in Redis, not in code.',
    { path: '^services/worker/' },
    { path: '^services/api/' },
  ),
  forbid(
    'load-from-outside',
    'Nothing that ships imports what drives it.',
    { path: '^(services|packages|examples)/' },
    { path: '^(load|e2e)/' },
  ),
  ...technologyRules,
];

export default {
  forbidden: rules,
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js'],
    },
  },
};
