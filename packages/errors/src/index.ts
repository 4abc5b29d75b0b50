export { AppError, type AppErrorOptions, type ErrorCode, errorCodes, toAppError } from './app-error.ts';
export { Secret } from './secret.ts';
