import { z } from 'zod';

const environmentSchema = z
  .object({
    DATABASE_URL: z.string().min(1),
    /** 32 bytes, base64. */
    FAIRLEAD_SECRET_KEY: z.string().min(1),
    FAIRLEAD_QUEUE: z.enum(['postgres', 'redis']).default('postgres'),
    REDIS_URL: z.string().optional(),
    /** Where `prepare.yml`, `roles/` and `files/` lie. */
    FAIRLEAD_ANSIBLE_DIR: z.string().min(1),
    /** `1` allows repositories on private addresses: the lab, a company's own Git server. */
    FAIRLEAD_ALLOW_PRIVATE_REPOSITORIES: z
      .enum(['0', '1', 'false', 'true'])
      .default('0')
      .transform((value) => value === '1' || value === 'true'),
    /** `1` allows ACME directories on private addresses: a company's own. */
    FAIRLEAD_ALLOW_PRIVATE_DIRECTORIES: z
      .enum(['0', '1', 'false', 'true'])
      .default('0')
      .transform((value) => value === '1' || value === 'true'),
    /** A file with the PEM of authorities that ACME directories are trusted by, beside the public ones. */
    FAIRLEAD_ACME_ROOTS: z.string().min(1).optional(),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    /** Operations that run at once in this process. */
    FAIRLEAD_WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(256).default(16),
    /** How long running operations get to finish their steps after SIGTERM. */
    FAIRLEAD_SHUTDOWN_TIMEOUT_MS: z.coerce.number().int().min(0).max(600_000).default(20_000),
  })
  .refine((env) => env.FAIRLEAD_QUEUE !== 'redis' || env.REDIS_URL !== undefined, {
    path: ['REDIS_URL'],
    message: 'REDIS_URL is needed when FAIRLEAD_QUEUE is redis.',
  });

/** The worker's settings. The names are those of the environment. */
export type Environment = z.infer<typeof environmentSchema>;

/**
 * Reads the worker's settings; the only place in this app that looks at `process.env`.
 * Throws an Error that names every missing or wrong variable.
 */
export function readEnvironment(source: NodeJS.ProcessEnv = process.env): Environment {
  const parsed = environmentSchema.safeParse(source);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The worker's environment is incomplete.\n  ${problems.join('\n  ')}`);
}
