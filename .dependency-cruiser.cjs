/** Which folder may import which: the arrows of the design. Type-only imports count too. */
const arrows = {
  cloudwatch: [],
  observability: [],
  resources: ['cloudwatch', 'observability'],
  delivery: ['resources', 'cloudwatch', 'observability'],
  exporter: ['delivery', 'resources', 'cloudwatch', 'observability'],
  lambda: ['cloudwatch'],
  register: ['exporter', 'lambda', 'cloudwatch', 'observability'],
  insights: ['cloudwatch'],
  dashboards: ['insights', 'cloudwatch'],
  replay: ['insights', 'delivery', 'cloudwatch'],
  simulation: ['cloudwatch'],
};

const folderRules = Object.entries(arrows).map(([folder, allowed]) => ({
  name: `${folder}-imports-only-${allowed.join('-') || 'itself'}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...folderRules,
    {
      name: 'only-the-command-loads-the-simulation',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(simulation|cli)/' },
      to: { path: '^src/simulation/' },
    },
    {
      name: 'nothing-imports-the-command',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'the-command-uses-public-modules',
      comment: 'Each command calls a public entry; cloudwatch/ is shared by all.',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: '^src/', pathNot: '^src/(cli/|cloudwatch/|index\\.ts|[a-z]+/index\\.ts)' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
