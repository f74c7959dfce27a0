import { randomUUID } from 'node:crypto';

import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidOperation, invalidParameter, limitExceeded, notFound } from '../service-error.js';
import { EXPORT_TASKS, type ExportTaskDocument } from './collections.js';
import { bucketFolder, writeExport } from './export-files.js';
import { expireEvents, findLogGroup } from './find-log-group.js';
import { pageOfList } from './page-tokens.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

const ACTIVE: readonly string[] = ['PENDING', 'PENDING_CANCEL', 'RUNNING'];
/** Tasks that are remembered. */
const MAX_TASKS = 1000;

async function createExportTask(
  context: ServiceContext,
  request: RequestOf<'CreateExportTask'>,
): Promise<Answer> {
  const { from, to, destination, destinationPrefix = 'exportedlogs' } = request;
  const group = findLogGroup(context, request.logGroupName);
  // Recorded: before the range, of which the service takes one before the group was made, against its documentation.
  const folder = await bucketFolder(context.exportDirectory, destination);
  if (folder === undefined) {
    throw invalidParameter('The given bucket does not exist. Please make sure the bucket is valid.');
  }
  if (from >= to) throw invalidParameter('The start of the export must be before its end.');
  if (destinationPrefix.split('/').some((part) => /^\.\.?$/.test(part) || /[\0\\]/.test(part))) {
    throw invalidParameter('Invalid destinationPrefix.');
  }
  const others = tasks(context);
  // One at a time. Source: CreateExportTask, "Each account can only have one active export task".
  if (others.some(({ status }) => ACTIVE.includes(status.code))) throw limitExceeded();
  if (others.length >= MAX_TASKS) {
    const oldest = others.reduce((a, b) =>
      a.executionInfo.creationTime <= b.executionInfo.creationTime ? a : b,
    );
    context.catalog.delete(EXPORT_TASKS, oldest.taskId);
  }
  expireEvents(context, group);
  const task: ExportTaskDocument = {
    taskId: randomUUID(),
    taskName: request.taskName,
    logGroupName: request.logGroupName,
    logStreamNamePrefix: request.logStreamNamePrefix,
    from,
    to,
    destination,
    destinationPrefix,
    status: { code: 'RUNNING' },
    executionInfo: { creationTime: context.epochMillis() },
  };
  change(context, task, {});
  void run(context, task, folder);
  return { taskId: task.taskId };
}

async function run(context: ServiceContext, task: ExportTaskDocument, folder: string): Promise<void> {
  let status: ExportTaskDocument['status'];
  try {
    const cancelled = (): boolean => find(context, task.taskId)?.status.code !== 'RUNNING';
    await writeExport(context, task, folder, cancelled);
    status = cancelled()
      ? { code: 'CANCELLED', message: 'Cancelled by user' }
      : { code: 'COMPLETED', message: 'Completed successfully' };
  } catch (error) {
    status = { code: 'FAILED', message: (error as Error).message };
  }
  try {
    change(context, task, {
      status,
      executionInfo: { ...task.executionInfo, completionTime: context.epochMillis() },
    });
  } catch {
    // The service was stopped meanwhile.
  }
}

/** Marks tasks that an earlier process did not end. */
export function failInterruptedExports(context: ServiceContext): void {
  for (const task of tasks(context)) {
    if (!ACTIVE.includes(task.status.code)) continue;
    change(context, task, { status: { code: 'FAILED', message: 'The service was stopped.' } });
  }
}

function change(
  context: ServiceContext,
  task: ExportTaskDocument,
  members: Partial<ExportTaskDocument>,
): void {
  context.catalog.put(EXPORT_TASKS, task.taskId, { ...task, ...members });
}

function find(context: ServiceContext, taskId: string): ExportTaskDocument | undefined {
  return context.catalog.get<ExportTaskDocument>(EXPORT_TASKS, taskId);
}

function tasks(context: ServiceContext): ExportTaskDocument[] {
  return [...context.catalog.list<ExportTaskDocument>(EXPORT_TASKS)].map(([, task]) => task);
}

function describeExportTasks(context: ServiceContext, request: RequestOf<'DescribeExportTasks'>): Answer {
  const { taskId, statusCode } = request;
  const all = tasks(context)
    .filter((task) => taskId === undefined || task.taskId === taskId)
    .filter((task) => statusCode === undefined || task.status.code === statusCode)
    .sort((left, right) => right.executionInfo.creationTime - left.executionInfo.creationTime);
  const { items, nextToken } = pageOfList(
    JSON.stringify(['DescribeExportTasks', taskId, statusCode]),
    { nextToken: request.nextToken, limit: request.limit ?? 50, now: context.epochMillis() },
    all,
  );
  return { exportTasks: items, nextToken };
}

function cancelExportTask(context: ServiceContext, { taskId }: RequestOf<'CancelExportTask'>): Answer {
  const task = find(context, taskId);
  if (!task) throw notFound('The specified export task does not exist.');
  if (!ACTIVE.includes(task.status.code)) {
    throw invalidOperation('The specified export task has already finished');
  }
  change(context, task, { status: { code: 'PENDING_CANCEL' } });
  return undefined;
}

export const EXPORT_TASK_HANDLERS = {
  CreateExportTask: createExportTask,
  DescribeExportTasks: describeExportTasks,
  CancelExportTask: cancelExportTask,
} satisfies Handlers;
