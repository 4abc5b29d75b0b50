import { z } from 'zod';

const flag = z
  .enum(['0', '1', 'false', 'true'])
  .default('0')
  .transform((value) => value === '1' || value === 'true');

const environmentSchema = z
  .object({
    /** `postgresql://user:password@host:port/database`; LISTEN needs it to be a direct one. */
    DATABASE_URL: z.string().min(1),
    /** 32 bytes, base64. */
    FAIRLEAD_SECRET_KEY: z.string().min(1),
    FAIRLEAD_QUEUE: z.enum(['postgres', 'redis']).default('postgres'),
    REDIS_URL: z.string().optional(),
    /** Where people open the dashboard; the origin that a change must come from. */
    FAIRLEAD_URL: z.url(),
    /** Claims an installation that nobody owns yet; made and printed at the start where it is not given. */
    FAIRLEAD_SETUP_TOKEN: z.string().min(20).optional(),
    /** `1` allows repositories on private addresses: the lab, a company's own Git server. */
    FAIRLEAD_ALLOW_PRIVATE_REPOSITORIES: flag,
    /** Header in which a proxy that you trust puts the client's address, e.g. `x-real-ip`. Without it all clients share one sign-in limit by address. */
    FAIRLEAD_CLIENT_ADDRESS_HEADER: z.string().min(1).optional(),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  })
  .refine((env) => env.FAIRLEAD_QUEUE !== 'redis' || env.REDIS_URL !== undefined, {
    path: ['REDIS_URL'],
    message: 'REDIS_URL is needed when FAIRLEAD_QUEUE is redis.',
  });

/** The dashboard's settings. The names are those of the environment. */
export type Environment = z.infer<typeof environmentSchema>;

/** `next dev`, where React needs `eval` and styles arrive as text. */
export const isDevelopment = process.env.NODE_ENV === 'development';

/**
 * Reads the dashboard's settings; the only place in this app that looks at `process.env`.
 * @throws Error that names every missing or wrong variable
 */
export function readEnvironment(source: NodeJS.ProcessEnv = process.env): Environment {
  const parsed = environmentSchema.safeParse(source);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The dashboard's environment is incomplete.\n  ${problems.join('\n  ')}`);
}
