import { z } from 'zod';

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const slug = z.string().regex(/^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/);
export const port = z.int().min(1).max(65535);
export const ip = z.union([z.ipv4(), z.ipv6()]);
export const commit = z.string().regex(/^[0-9a-f]{40}$/);
export const releaseId = z.uuid();
export const colour = z.enum(['blue', 'green']);
export const runtime = z.enum(['node', 'php', 'python', 'static', 'docker']);
export const engine = z.enum(['postgresql', 'mariadb']);
/** Who keeps an app's data on its primary. */
export const keeper = z.enum(['postgresql', 'mariadb', 'redis']);
export const fileKind = z.enum(['front', 'backend', 'grpc', 'stream']);
export const purpose = z.enum(['backend', 'database', 'redis', 'stream']);

/** Input and result of verbs. `fenced` ones change the server. */
export type Verbs = Record<string, { fenced: boolean; input: z.ZodType; result: z.ZodType }>;
