import { IngestionError } from '../ingestion-error.js';
import { type Message } from './message.js';
import { decodeProtoJson } from './proto-json.js';
import { decodeProtobuf } from './protobuf.js';
import { type MessageSchema } from './schema.js';

/** The encodings of OTLP over HTTP. */
export type OtlpEncoding = 'protobuf' | 'json';

/**
 * The encoding that a `Content-Type` names.
 * @returns undefined for any other; such a request is answered 415
 */
export function otlpEncoding(contentType: string): OtlpEncoding | undefined {
  switch (contentType.split(';', 1)[0]!.trim().toLowerCase()) {
    case 'application/x-protobuf':
    case 'application/protobuf':
      return 'protobuf';
    case 'application/json':
      return 'json';
    default:
      return undefined;
  }
}

/** The `Content-Type` of an answer in an encoding. */
export function contentTypeOf(encoding: OtlpEncoding): string {
  return encoding === 'protobuf' ? 'application/x-protobuf' : 'application/json';
}

/** @throws IngestionError for a body or content type that is wrong */
export function decodeRequest(body: Uint8Array, contentType: string, schema: MessageSchema): Message {
  switch (otlpEncoding(contentType)) {
    case 'protobuf':
      return decodeProtobuf(body, schema);
    case 'json':
      return decodeProtoJson(Buffer.from(body).toString('utf8'), schema);
    default:
      throw new IngestionError('The content type must be application/x-protobuf or application/json.');
  }
}
