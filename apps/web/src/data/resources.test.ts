import { type ApiOptions, createApi } from '@fairlead/api';
import { expect, test } from 'vitest';
import { type Resource, resources } from './resources.ts';

const id = '00000000-0000-7000-8000-000000000000';
const every: Resource<unknown>[] = [
  resources.setup,
  resources.me,
  resources.overview,
  resources.sshKey,
  resources.servers,
  resources.server(id),
  resources.apps,
  resources.app(id),
  resources.environment(id),
  resources.deployments(id),
  resources.deployment(id, id),
  resources.loadBalancer(id),
  resources.checklist(id),
  resources.health(id, 24),
  resources.configs(id),
  resources.config(id, 3),
  resources.config(id, 3, 1),
  resources.drift(id),
  resources.imports(id),
  resources.operations({ status: 'failed', appId: id }),
  resources.operation(id),
  resources.tokens,
  resources.audit(id),
];

/** `/apps/{appId}/configs/{generation}` as a pattern. */
const pattern = (path: string) => new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);

test('every read has a route, and its query is known to it', async () => {
  const api = createApi({ version: 'test' } as ApiOptions);
  const document = (await (await api.request('/api/v1/openapi.json')).json()) as {
    paths: Record<string, { get?: { parameters?: { name: string; in: string }[] } }>;
  };
  for (const { path } of every) {
    const [bare = '', search] = path.split('?');
    const route = Object.entries(document.paths).find(
      ([known, verbs]) => verbs.get && pattern(known).test(bare),
    );
    expect(route, path).toBeDefined();
    const known = route?.[1].get?.parameters?.map((parameter) => parameter.name) ?? [];
    for (const name of new URLSearchParams(search).keys()) expect(known, path).toContain(name);
  }
});

test('every key begins with what its events name', () => {
  const keys = every.map(({ key }) => key.join('/'));
  expect(new Set(keys).size).toBe(keys.length);
});
