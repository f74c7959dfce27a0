import { RPC_ERROR, RpcError, type RpcMessage } from './json-rpc.js';

/** One tool that a client may call. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /**
   * @param input - as the client gave it, not checked
   * @throws Error whose message the client may see, for arguments that are wrong and calls that failed
   */
  readonly call: (input: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<string>;
}

/** A server's description of itself, for its clients. */
export interface ServerInfo {
  readonly name: string;
  readonly title: string;
  readonly version: string;
}

/** Revisions that begin with `initialize`, newest first. Source: Model Context Protocol, "Versioning". */
const HANDSHAKE_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'];
/** The revision without a handshake: each request names its version. */
const STATELESS_VERSIONS = ['2026-07-28'];

const PROTOCOL_VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
const SERVER_INFO_KEY = 'io.modelcontextprotocol/serverInfo';

/** Milliseconds for which a client may keep the list of tools: it never changes while the server runs. */
const TOOLS_TTL_MILLIS = 3_600_000;

/**
 * Answers the requests of the Model Context Protocol, of both eras: revisions up to 2025-11-25, which begin with a
 * handshake, and 2026-07-28, whose requests stand alone. It has tools and nothing else, and keeps no state but the calls
 * that are under way.
 */
export class McpServer {
  readonly #info: ServerInfo;
  readonly #instructions: string;
  readonly #tools: ReadonlyMap<string, Tool>;

  constructor(info: ServerInfo, instructions: string, tools: readonly Tool[]) {
    this.#info = info;
    this.#instructions = instructions;
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
  }

  /** @throws RpcError where there is no result */
  async answer({ method, params }: RpcMessage, signal: AbortSignal): Promise<object> {
    const isStateless = this.#isStateless(method, params);
    switch (method) {
      case 'initialize':
        return this.#initialize(params);
      case 'ping':
        return {};
      case 'server/discover':
        return this.#complete({
          supportedVersions: STATELESS_VERSIONS,
          capabilities: { tools: {} },
          instructions: this.#instructions,
          ...CACHE,
        });
      case 'tools/list': {
        const tools = [...this.#tools.values()].map(describe);
        return isStateless ? this.#complete({ tools, ...CACHE }) : { tools };
      }
      case 'tools/call': {
        const result = await this.#call(params, signal);
        return isStateless ? this.#complete(result) : result;
      }
      default:
        throw new RpcError(
          RPC_ERROR.methodNotFound,
          `there is no method ${JSON.stringify(method.slice(0, 100))}`,
        );
    }
  }

  /** @throws RpcError for a revision that this server does not speak */
  #isStateless(method: string, params: Readonly<Record<string, unknown>>): boolean {
    const meta = params._meta as Record<string, unknown> | undefined | null;
    const version = typeof meta === 'object' && meta !== null ? meta[PROTOCOL_VERSION_KEY] : undefined;
    if (version === undefined) {
      if (method !== 'server/discover') return false;
      throw new RpcError(RPC_ERROR.invalidParams, `_meta must hold ${PROTOCOL_VERSION_KEY}`);
    }
    if (STATELESS_VERSIONS.includes(version as string)) return true;
    throw new RpcError(
      RPC_ERROR.unsupportedProtocolVersion,
      'this revision of the protocol is not supported',
      {
        supported: [...STATELESS_VERSIONS, ...HANDSHAKE_VERSIONS],
        requested: typeof version === 'string' ? version.slice(0, 100) : null,
      },
    );
  }

  #initialize({ protocolVersion }: Readonly<Record<string, unknown>>): object {
    const isKnown = typeof protocolVersion === 'string' && HANDSHAKE_VERSIONS.includes(protocolVersion);
    return {
      // A client of another revision is offered the newest; it goes or stays.
      protocolVersion: isKnown ? protocolVersion : HANDSHAKE_VERSIONS[0],
      capabilities: { tools: {} },
      serverInfo: this.#info,
      instructions: this.#instructions,
    };
  }

  async #call(params: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<object> {
    const { name, arguments: input = {} } = params;
    const tool = this.#tools.get(name as string);
    if (tool === undefined) {
      const known = [...this.#tools.keys()].join(', ');
      throw new RpcError(RPC_ERROR.invalidParams, `there is no such tool; there are ${known}`);
    }
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      throw new RpcError(RPC_ERROR.invalidParams, 'arguments are an object');
    }
    try {
      const text = await tool.call(input as Record<string, unknown>, signal);
      return { content: [{ type: 'text', text }] };
    } catch (error) {
      signal.throwIfAborted();
      // Told as a result, so that the model reads it and can do better.
      return { content: [{ type: 'text', text: messageOf(error) }], isError: true };
    }
  }

  #complete(result: object): object {
    return { resultType: 'complete', ...result, _meta: { [SERVER_INFO_KEY]: this.#info } };
  }
}

const CACHE = { ttlMs: TOOLS_TTL_MILLIS, cacheScope: 'public' } as const;

function describe({ name, title, description, inputSchema }: Tool): object {
  return {
    name,
    title,
    description,
    inputSchema,
    annotations: { title, readOnlyHint: true, destructiveHint: false, openWorldHint: true },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : 'the call failed';
}
