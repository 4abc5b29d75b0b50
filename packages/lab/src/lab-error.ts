/**
 * Something that the lab was asked for cannot be done: what failed, and (in `detail`) what the tool said.
 * The lab is a tool of tests and of the demo; its errors never reach a user of the product.
 */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly detail: string;

  constructor(message: string, options: { detail?: string; cause?: unknown } = {}) {
    super(options.detail ? `${message}\n${options.detail}` : message, { cause: options.cause });
    this.detail = options.detail ?? '';
  }
}
