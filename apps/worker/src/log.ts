import { type Logger, pino, stdSerializers } from 'pino';

/** What never reaches the log, at any depth that we write: values of these keys print `[redacted]`. */
const secretKeys = ['password', 'privateKey', 'secret', 'token', 'env', 'authorization', 'cookie'];

/** JSON lines on standard error; standard output is for the ready signal alone. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      serializers: { error: stdSerializers.err, thrown: stdSerializers.err },
      base: { service: 'fairlead-worker', pid: process.pid },
      redact: {
        paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `*.*.*.${key}`]),
        censor: '[redacted]',
      },
    },
    pino.destination({ fd: 2, sync: false }),
  );
}
