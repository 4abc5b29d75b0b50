import { httpSettingsSchema } from '@fairlead/core/schemas';

/** What is wrong with some settings, by path; the rules of the API itself. */
export function httpErrors(settings: unknown): Record<string, string> {
  const { error } = httpSettingsSchema.safeParse(settings);
  const errors: Record<string, string> = {};
  for (const { path, message } of error?.issues ?? []) errors[path.join('.')] ??= message;
  return errors;
}
