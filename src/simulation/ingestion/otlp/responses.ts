import { contentTypeOf, type OtlpEncoding } from './content-type.js';

/** The records of a request that were not taken. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly errorMessage: string;
}

/** An answer as HTTP sends it. */
export interface EncodedResponse {
  readonly contentType: string;
  readonly body: Buffer;
}

/**
 * ExportLogsServiceResponse or ExportTraceServiceResponse: empty when everything was taken.
 * @param signal - says whether log records or spans are counted
 */
export function encodeExportResponse(
  encoding: OtlpEncoding,
  signal: 'logs' | 'traces',
  partialSuccess?: PartialSuccess,
): EncodedResponse {
  const contentType = contentTypeOf(encoding);
  if (encoding === 'json') {
    const member = signal === 'logs' ? 'rejectedLogRecords' : 'rejectedSpans';
    const response = partialSuccess
      ? { partialSuccess: { [member]: partialSuccess.rejected, errorMessage: partialSuccess.errorMessage } }
      : {};
    return { contentType, body: Buffer.from(JSON.stringify(response)) };
  }
  if (partialSuccess === undefined) return { contentType, body: Buffer.alloc(0) };
  const message = Buffer.concat([
    varintField(1, partialSuccess.rejected),
    bytesField(2, Buffer.from(partialSuccess.errorMessage)),
  ]);
  return { contentType, body: bytesField(1, message) };
}

/**
 * google.rpc.Status, with which OTLP answers a request that failed.
 * @param code - a gRPC code, 3 for an invalid argument
 */
export function encodeErrorStatus(encoding: OtlpEncoding, code: number, message: string): EncodedResponse {
  const body =
    encoding === 'json'
      ? Buffer.from(JSON.stringify({ code, message }))
      : Buffer.concat([varintField(1, code), bytesField(2, Buffer.from(message))]);
  return { contentType: contentTypeOf(encoding), body };
}

function varintField(number: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([varint(number * 8), varint(value)]);
}

function bytesField(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}
