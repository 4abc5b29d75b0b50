import { z } from 'zod';

const playEvent = z.object({ event: z.literal('play'), name: z.string() });
const taskEvent = z.object({
  event: z.literal('task'),
  status: z.enum(['started', 'ok', 'changed', 'failed', 'skipped', 'unreachable']),
  task: z.string(),
  /** Time since the task began, in milliseconds; absent on `started`. */
  durationMs: z.number().optional(),
  /** What failed, in the tool's words; empty for the rest and for tasks that hide their output. */
  message: z.string().optional(),
  /** The playbook goes on in spite of this failure. */
  ignored: z.boolean().optional(),
});
const statsEvent = z.object({
  event: z.literal('stats'),
  ok: z.int(),
  changed: z.int(),
  failed: z.int(),
  unreachable: z.int(),
});
const line = z.discriminatedUnion('event', [playEvent, taskEvent, statsEvent]);

/** What a running playbook reports. */
export type AnsibleEvent = z.infer<typeof playEvent> | z.infer<typeof taskEvent>;
export type AnsibleTaskEvent = z.infer<typeof taskEvent>;
export type AnsibleLine = z.infer<typeof line>;

/** Parses one line of the callback; null for anything else that Ansible prints. */
export function parseAnsibleLine(text: string): AnsibleLine | null {
  if (!text.startsWith('{')) return null;
  try {
    return line.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
