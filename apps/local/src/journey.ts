/** What a person does in the dashboard, done through the public API: the same calls in the same order. */
import type { App, CreatedToken, LoadBalancer, Server, SshKey } from '@fairlead/api/types';
import { type Api, createApi } from './api.ts';

export interface Owner {
  name: string;
  email: string;
  password: string;
  organization: string;
}

export interface Registrable {
  name: string;
  address: string;
  /** SSH port and account that may become root. */
  port?: number;
  user: string;
  /** How other servers reach it, where that is not `address`. */
  privateAddress?: string;
  /** Pastes the line that authorises Fairlead's key, as that account. */
  authorize(line: string): Promise<void>;
}

export type Say = (text: string) => void;

/** Claims the installation with its setup token, signs in, and makes a token for what follows. */
export async function setUp(url: string, setupToken: string, owner: Owner): Promise<Api> {
  const visitor = createApi(url, { Origin: url });
  await visitor.post('/setup', { token: setupToken, ...owner });
  return signIn(url, owner);
}

/** Signs in with e-mail and password and answers the API under a fresh personal token. */
export async function signIn(url: string, owner: Pick<Owner, 'email' | 'password'>): Promise<Api> {
  const response = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: url },
    body: JSON.stringify({ email: owner.email, password: owner.password }),
  });
  if (!response.ok) throw new Error(`Sign-in: ${response.status} ${await response.text()}`);
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const session = createApi(url, { Cookie: cookie, Origin: url });
  const token = await session.post<CreatedToken>('/tokens', { name: 'local', scopes: ['read', 'write'] });
  return createApi(url, { Authorization: `Bearer ${token.secret}` });
}

/** Adds a server, authorises the key on it, checks, confirms the fingerprint that it shows. */
export async function registerServer(api: Api, machine: Registrable, say: Say): Promise<Server> {
  const { authorizeLine } = await api.get<SshKey>('/ssh-key');
  await machine.authorize(authorizeLine);
  const server = await api.post<Server>('/servers', {
    name: machine.name,
    address: machine.address,
    port: machine.port ?? 22,
    user: machine.user,
    privateAddress: machine.privateAddress ?? null,
  });
  await api.finished(await api.post(`/servers/${server.id}/check`));
  const seen = await api.get<Server>(`/servers/${server.id}`);
  if (!seen.offeredFingerprint)
    throw new Error(`${machine.name} showed no host key: ${JSON.stringify(seen.checks)}`);
  say(`${machine.name} shows host key ${seen.offeredFingerprint}`);
  await api.finished(
    await api.post(`/servers/${server.id}/host-key`, { fingerprint: seen.offeredFingerprint }),
  );
  const ready = await api.get<Server>(`/servers/${server.id}`);
  say(`${machine.name}: ${ready.facts?.os.prettyName ?? ready.status}`);
  return ready;
}

/** Makes a server ready for an app and, on the primary, its database. */
export async function prepareServer(
  api: Api,
  server: Server,
  needs: { runtimes: App['runtime'][]; databases: ('postgresql' | 'mariadb')[] },
  say: Say,
): Promise<void> {
  await api.finished(await api.post(`/servers/${server.id}/prepare`, needs), (step) =>
    say(`${server.name}: ${step}`),
  );
}

/** Enables load balancing over the primary and `servers`, with every point of the checklist acknowledged. */
export async function enableLoadBalancer(
  api: Api,
  app: App,
  servers: Server[],
  say: Say,
): Promise<LoadBalancer> {
  const checklist = await api.get<{ items: { key: string }[] }>(`/apps/${app.id}/load-balancer/checklist`);
  const accepted = await api.post(`/apps/${app.id}/load-balancer`, {
    serverIds: servers.map((server) => server.id),
    method: 'round_robin',
    acknowledged: checklist.items.map((item) => item.key),
  });
  await api.finished(accepted, say);
  return api.get<LoadBalancer>(`/apps/${app.id}/load-balancer`);
}
