import { z } from 'zod';

/** What each job carries: ids alone. What is to be done stands in the database, and is read when the job runs. */
export const jobPayloads = {
  operation: z.strictObject({ operationId: z.string().min(1).max(100) }),
} as const;

export type JobName = keyof typeof jobPayloads;
export type JobPayload<N extends JobName = JobName> = z.infer<(typeof jobPayloads)[N]>;

/** What a job looks at: two jobs of one name and subject are one. */
export const jobSubjects: { [N in JobName]: (payload: JobPayload<N>) => string } = {
  operation: ({ operationId }) => operationId,
};

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobPayloads, name);
}
