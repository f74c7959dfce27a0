import { createWriteStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { makeFolders } from '../../file-ownership/make-folders.js';
import type { ExportTaskDocument } from './collections.js';
import type { ServiceContext } from './service-context.js';

/** Source: Amazon S3, "Bucket naming rules"; nothing that could leave the folder fits it. */
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * The folder that stands for a bucket: the sub-folder of that name.
 * @returns undefined when there is none
 */
export async function bucketFolder(
  exportDirectory: string | undefined,
  bucket: string,
): Promise<string | undefined> {
  if (exportDirectory === undefined || !BUCKET_NAME.test(bucket) || bucket.includes('..')) return undefined;
  const folder = join(exportDirectory, bucket);
  try {
    return (await stat(folder)).isDirectory() ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the events of a task as the service lays them out: `prefix/task/stream/000000.gz`, a line an event. */
export async function writeExport(
  context: ServiceContext,
  task: ExportTaskDocument,
  folder: string,
  cancelled: () => boolean,
): Promise<void> {
  const target = join(folder, ...task.destinationPrefix.split('/'));
  await makeFolders(target);
  await writeFile(join(target, 'aws-logs-write-test'), 'Permission Check Successful');
  const prefix = task.logStreamNamePrefix ?? '';
  for (const logStreamName of context.events.groupStreams(task.logGroupName).keys()) {
    if (!logStreamName.startsWith(prefix)) continue;
    if (cancelled()) return;
    const streamFolder = join(target, task.taskId, fileName(logStreamName));
    await makeFolders(streamFolder);
    await pipeline(
      Readable.from(lines(context, task, logStreamName)),
      createGzip(),
      createWriteStream(join(streamFolder, '000000.gz')),
    );
  }
}

function* lines(context: ServiceContext, task: ExportTaskDocument, logStreamName: string): Generator<string> {
  const chunks = context.events.read({
    logGroupName: task.logGroupName,
    logStreamNames: [logStreamName],
    startTimeMillis: task.from,
    endTimeMillis: task.to,
    order: 'ascending',
  });
  for (const chunk of chunks) {
    let text = '';
    for (const event of chunk) text += `${new Date(event.timestamp).toISOString()} ${event.message}\n`;
    yield text;
  }
}

/** The service writes a slash as a dash; what a file system may not hold is encoded. */
function fileName(logStreamName: string): string {
  return logStreamName
    .replaceAll('/', '-')
    .replace(/[^\w.\-$[\]@#=+, ]/g, (character) => encodeURIComponent(character.toWellFormed()))
    .replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E'))
    .slice(0, 200);
}
