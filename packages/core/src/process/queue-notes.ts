import type { Finding } from '@fairlead/readiness';
import type { Actor, Context } from '../context.ts';
import type { Fleet } from '../fleet.ts';
import type { PlanNote } from '../load-balancer/plan-view.ts';
import { judgeReadiness } from '../load-balancer/readiness.ts';
import { placesOf } from './processes-of.ts';
import type { ProcessIntent } from './schemas.ts';

/** Whether workers on several backends would share one queue: what the readiness scanner reads in the repository and the environment, now. */
export async function queueNotes(
  ctx: Context,
  actor: Actor,
  fleet: Fleet,
  intent: ProcessIntent,
): Promise<PlanNote[]> {
  if (intent.action !== 'set-process' || intent.process.kind !== 'worker') return [];
  const { process } = intent;
  if (process.count === 0 || placesOf(process, fleet.backends).length < 2) return [];
  const { findings, scan } = await judgeReadiness(ctx, actor, fleet.app.id, true);
  return [queueNote(findings.jobs, scan.fault)];
}

/** The finding in words, with where it was seen. */
export function queueNote({ status, text, evidence }: Finding, fault: string | null): PlanNote {
  if (fault !== null)
    return { level: 'warning', text: `Whether they share a queue could not be checked: ${fault}` };
  const [first] = evidence;
  const place = first?.path == null ? '' : ` (${first.path}${first.line == null ? '' : `:${first.line}`})`;
  if (status === 'problem')
    return { level: 'warning', text: `Workers on several backends share no queue: ${text}${place}` };
  if (status === 'ok') return { level: 'info', text: `They share a queue: ${text}${place}` };
  return {
    level: 'warning',
    text: `Whether they share a queue can’t be told: ${text} The readiness checklist has more.`,
  };
}
