/** A function of the application (transform, layout) gave something of the wrong kind. The message is ours. */
export class FunctionResultError extends TypeError {}
