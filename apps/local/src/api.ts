import type { Accepted, OperationWithSteps, Problem } from '@fairlead/api/types';

/** The public API of a running Fairlead, as the demo, the fault tests and the benchmarks use it: bearer token, JSON, problems as errors. */
export interface Api {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  post<T = Accepted>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  patch<T = Accepted>(path: string, body: unknown): Promise<T>;
  delete<T = Accepted>(path: string, body?: unknown): Promise<T>;
  /** Waits until an operation has ended; `onStep` hears of each step once as it starts and once as it ends. Rejects when it did not succeed. */
  finished(accepted: Accepted, onStep?: (text: string) => void): Promise<OperationWithSteps>;
  /** The same without judging the outcome. */
  ended(accepted: Accepted, onStep?: (text: string) => void): Promise<OperationWithSteps>;
}

/** A problem+json answer. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly problem: Problem;

  constructor(method: string, path: string, problem: Problem) {
    const fields = problem.errors?.map((error) => `${error.path}: ${error.message}`).join('; ');
    super(`${method} ${path}: ${problem.status} ${problem.detail}${fields ? ` (${fields})` : ''}`);
    this.problem = problem;
  }
}

/** @param headers sent with every request: `Authorization`, or `Cookie` and `Origin`. */
export function createApi(url: string, headers: Record<string, string>): Api {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    if (!response.ok) throw new ApiProblem(method, path, answer as Problem);
    return answer as T;
  }

  async function ended(accepted: Accepted, onStep?: (text: string) => void): Promise<OperationWithSteps> {
    const told = new Set<string>();
    for (;;) {
      const operation = await call<OperationWithSteps>('GET', `/operations/${accepted.operation.id}`);
      for (const step of operation.steps) {
        const line = `${step.title}${step.status === 'running' ? ' …' : `: ${step.status}`}`;
        if (step.status === 'pending' || told.has(`${step.key} ${step.status}`)) continue;
        told.add(`${step.key} ${step.status}`);
        onStep?.(line);
      }
      if (operation.status !== 'queued' && operation.status !== 'running') return operation;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }

  return {
    url,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body ?? {}),
    put: (path, body) => call('PUT', path, body),
    patch: (path, body) => call('PATCH', path, body),
    delete: (path, body) => call('DELETE', path, body),
    ended,
    async finished(accepted, onStep) {
      const operation = await ended(accepted, onStep);
      if (operation.status === 'succeeded') return operation;
      const { error } = operation;
      const where = error?.server ? ` on ${error.server}` : '';
      throw new Error(
        `${operation.title}: ${operation.status}${where}. ${error?.message ?? ''} ${error?.hint ?? ''}`.trim(),
      );
    },
  };
}
