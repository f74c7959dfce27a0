import { LocalCloudWatchLogs } from '../src/simulation/index.js';

// The local service as a process of its own, so that the measuring client does not share its thread.
const local = await LocalCloudWatchLogs.start();
process.send!({ endpoint: local.endpoint });
process.on('message', () => {
  process.send!({ rssBytes: process.memoryUsage().rss });
});
process.on('disconnect', () => {
  void local.stop();
});
