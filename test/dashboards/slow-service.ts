import { ScriptedClient } from '../insights/scripted-client.js';

/** A service whose one query never ends. */
export function slowService(): ScriptedClient {
  return new ScriptedClient(({ operation }) => {
    switch (operation) {
      case 'DescribeLogGroups':
        return { logGroups: [{ logGroupName: '/apps/a', creationTime: 1 }] };
      case 'StartQuery':
        return { queryId: 'q-1' };
      case 'GetQueryResults':
        return { status: 'Running' };
      case 'StopQuery':
        return { success: true };
      default:
        return {};
    }
  });
}
