/** An error that the service answers: its type, its text and further members of the body. */
export class ServiceError extends Error {
  /** The name in `__type`, for example `ResourceNotFoundException`. */
  readonly type: string;
  readonly status: number;
  /** Members beside `message`, for example `queryCompileError`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    type: string,
    message: string,
    { status = 400, members = {} }: { status?: number; members?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message);
    this.name = 'ServiceError';
    this.type = type;
    this.status = status;
    this.members = members;
  }
}

export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

export function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message);
}

export function alreadyExists(message: string): ServiceError {
  return new ServiceError('ResourceAlreadyExistsException', message);
}

/** The text is the service's own, as recorded. */
export function limitExceeded(message = 'Resource limit exceeded.'): ServiceError {
  return new ServiceError('LimitExceededException', message);
}

export function invalidOperation(message: string): ServiceError {
  return new ServiceError('InvalidOperationException', message);
}

export function serialization(message: string): ServiceError {
  return new ServiceError('SerializationException', message);
}
