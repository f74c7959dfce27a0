/** A request or notification of JSON-RPC 2.0, as far as it is one. */
export interface RpcMessage {
  /** Undefined for a notification. */
  readonly id: string | number | undefined;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Error codes of JSON-RPC 2.0, and of the Model Context Protocol (revision 2026-07-28). */
export const RPC_ERROR = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  unsupportedProtocolVersion: -32022,
} as const;

/** An error that a request is answered with. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }
}

/**
 * Reads one line of the stream.
 * @returns undefined for an answer to a request of ours: this server makes none
 * @throws RpcError for what is no message
 */
export function parseMessageLine(line: string): RpcMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RpcError(RPC_ERROR.parse, 'the line is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RpcError(RPC_ERROR.invalidRequest, 'a message is a JSON object');
  }
  const { jsonrpc, id, method, params } = value as Record<string, unknown>;
  if (method === undefined && ('result' in value || 'error' in value)) return undefined;
  const isId = id === undefined || typeof id === 'string' || typeof id === 'number';
  if (jsonrpc !== '2.0' || typeof method !== 'string' || !isId) {
    throw new RpcError(RPC_ERROR.invalidRequest, 'a request has jsonrpc "2.0", a method, and an id or none');
  }
  if (params !== undefined && (typeof params !== 'object' || params === null || Array.isArray(params))) {
    throw new RpcError(RPC_ERROR.invalidParams, 'params are an object');
  }
  return { id, method, params: (params ?? {}) as Record<string, unknown> };
}

/** The line of an answer. */
export function resultLine(id: string | number, result: unknown): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`;
}

/** The line of an error; `id` is null where the request's could not be read. */
export function errorLine(id: string | number | null, error: RpcError): string {
  const { code, message, data } = error;
  return `${JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } })}\n`;
}
