import { AppError } from '@fairlead/errors';
import { snippetLine } from '@fairlead/nginx';

/**
 * A refusal of Nginx in the words of whoever wrote the snippet of a front: which of its lines, and what Nginx said.
 * @returns null for what is no fault of the snippet
 */
export function snippetFault(error: unknown, content: string): AppError | null {
  if (!(error instanceof AppError) || error.code !== 'nginx-test-failed') return null;
  const { line: inFile, output } = error.details ?? {};
  const line = typeof inFile === 'number' ? snippetLine(content, inFile) : null;
  if (line === null) return null;
  const said = /\[emerg\] (?:[0-9]+#[0-9]+: )?(.*?) in \S+:[0-9]+\s*$/m.exec(String(output))?.[1];
  return new AppError(
    'nginx-test-failed',
    `Nginx refuses line ${line} of the snippet${said === undefined ? '' : `: ${said}`}. Nothing was changed on the server.`,
    {
      hint: 'The settings are what they were before; correct the snippet and apply it again.',
      ...(error.server === undefined ? {} : { server: error.server }),
      details: { ...error.details, snippetLine: line },
      cause: error,
    },
  );
}
