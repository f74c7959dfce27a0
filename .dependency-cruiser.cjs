const { existsSync } = require('node:fs');
const { join } = require('node:path');

/** Which folder may import which: the arrows of the design. Type-only imports count too. */
const arrows = {
  cloudwatch: [],
  observability: [],
  'file-ownership': [],
  resources: ['cloudwatch', 'observability'],
  delivery: ['file-ownership', 'resources', 'cloudwatch', 'observability'],
  drain: ['delivery', 'resources', 'cloudwatch', 'observability'],
  'write-ahead': ['delivery', 'file-ownership', 'cloudwatch', 'observability'],
  encoding: ['delivery', 'cloudwatch', 'observability'],
  base: ['encoding', 'write-ahead', 'delivery', 'cloudwatch', 'observability'],
  options: ['encoding', 'write-ahead', 'delivery', 'resources', 'cloudwatch', 'observability'],
  exporter: ['options', 'encoding', 'write-ahead', 'delivery', 'resources', 'cloudwatch', 'observability'],
  doctor: ['exporter', 'options', 'encoding', 'delivery', 'file-ownership', 'cloudwatch', 'observability'],
  lambda: ['cloudwatch'],
  register: ['exporter', 'options', 'delivery', 'lambda', 'cloudwatch', 'observability'],
  replay: ['encoding', 'delivery', 'cloudwatch', 'observability'],
  tail: ['insights', 'cloudwatch', 'observability'],
  insights: ['cloudwatch', 'observability'],
  client: ['tail', 'insights', 'encoding', 'delivery', 'resources', 'cloudwatch', 'observability'],
  dashboards: ['insights', 'cloudwatch'],
  mcp: ['insights', 'cloudwatch'],
  simulation: ['file-ownership', 'cloudwatch'],
};

/** The rooms of `src/insights`, by the same rule. */
const insightsArrows = {
  language: [],
  messages: [],
  queries: ['language'],
  'log-groups': ['messages', 'queries', 'language'],
  'look-up': ['log-groups', 'messages', 'queries', 'language'],
  explanations: ['look-up', 'log-groups', 'messages', 'queries', 'language'],
};

const folderRules = Object.entries(arrows).map(([folder, allowed]) => ({
  name: `${folder}-imports-only-${allowed.join('-') || 'itself'}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

for (const folder of [
  ...Object.keys(arrows),
  ...Object.keys(insightsArrows).map((room) => `insights/${room}`),
]) {
  // A rule about a folder that isn't there would hold nothing.
  if (!existsSync(join(__dirname, 'src', folder))) throw new Error(`there is no folder src/${folder}`);
}

const insightsRules = Object.entries(insightsArrows).map(([folder, allowed]) => ({
  name: `insights-${folder}-imports-only-${allowed.join('-') || 'itself'}`,
  severity: 'error',
  from: { path: `^src/insights/${folder}/` },
  to: { path: '^src/insights/', pathNot: `^src/insights/(${[folder, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...folderRules,
    ...insightsRules,
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
      comment:
        'Each command calls a public entry; cloudwatch/ is shared by all, and dashboards/model/ by whatever shows events: page, widget and terminal.',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: {
        path: '^src/',
        pathNot: '^src/(cli/|cloudwatch/|dashboards/model/|index\\.ts|[a-z]+/index\\.ts)',
      },
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
