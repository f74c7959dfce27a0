import { type Cluster } from 'node:cluster';

/** Not by an import, as most processes have no need of it. The type is that of an import. */
function nodeCluster(): Cluster {
  return process.getBuiltinModule('node:cluster') as unknown as Cluster;
}

/** Whether this process is a worker of a cluster. */
export function isClusterWorker(): boolean {
  return nodeCluster().isWorker;
}

/** Whether this process has started workers of a cluster, which do its work. */
export function hasClusterWorkers(): boolean {
  // It is filled by the first `fork`; `workers` is empty again once they have ended.
  return nodeCluster().isPrimary && Object.keys(nodeCluster().settings).length > 0;
}
