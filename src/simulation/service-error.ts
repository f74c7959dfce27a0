/** An error that the service answers: its type, its text and further members of the body. */
export class ServiceError extends Error {
  /** The name in `__type`, for example `ResourceNotFoundException`. */
  readonly type: string;
  readonly status: number;
  /** Members beside `message`, for example `queryCompileError`. */
  readonly members: Readonly<Record<string, unknown>>;
  /** What is known of the reason, where the service's own text says less; it is not part of the answer. */
  readonly explanation: string | undefined;

  constructor(
    type: string,
    message: string,
    {
      status = 400,
      members = {},
      explanation,
    }: {
      status?: number;
      members?: Readonly<Record<string, unknown>>;
      explanation?: string | undefined;
    } = {},
  ) {
    super(message);
    this.name = 'ServiceError';
    this.type = type;
    this.status = status;
    this.members = members;
    this.explanation = explanation;
  }
}

/** @param explanation - what the text leaves out */
export function invalidParameter(message: string, explanation?: string): ServiceError {
  return new ServiceError('InvalidParameterException', message, { explanation });
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
