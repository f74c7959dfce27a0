import { LocalCloudWatchLogs } from '../src/simulation/index.js';

// The local service as a process of its own, so that the measuring client does not share its thread.
let offsetMillis = 0;
const local = await LocalCloudWatchLogs.start({ clock: () => Date.now() + offsetMillis });
process.send!({ endpoint: local.endpoint });
process.on('message', (message) => {
  // How far the service's clock is from the machine's: log groups may be older than this process.
  if (typeof message === 'number') offsetMillis = message;
  process.send!({ rssBytes: process.memoryUsage().rss });
});
process.on('disconnect', () => {
  void local.stop();
});
