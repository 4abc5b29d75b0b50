import type { ShownError } from '@fairlead/ui';

interface AuthFailure {
  /** better-auth's word. */
  code?: string;
  message?: string;
  /** Ours: an answer that never reached better-auth. */
  detail?: string;
  hint?: string;
}

/** Signs in with e-mail and password; answers what went wrong, or null. */
export async function signIn(email: string, password: string): Promise<ShownError | null> {
  const response = await fetch('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  }).catch(() => null);
  if (response?.ok) return null;
  if (!response)
    return { message: 'Fairlead did not answer.', hint: 'Check the connection, then try again.' };
  const failure = (await response.json().catch(() => ({}))) as AuthFailure;
  if (failure.code === 'INVALID_EMAIL_OR_PASSWORD') {
    return {
      message: 'E-mail or password is wrong.',
      hint: 'Check both; after several tries you are asked to wait.',
    };
  }
  return {
    message: failure.detail ?? failure.message ?? `Fairlead answered ${response.status}.`,
    hint: failure.hint,
  };
}

/** Ends the session and leaves the dashboard; a full load, so that nothing read before stays in memory. */
export async function signOut(): Promise<void> {
  await fetch('/api/auth/sign-out', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  }).catch(() => null);
  window.location.assign('/sign-in');
}

export interface Session {
  token: string;
  createdAt: string;
  ipAddress: string | null;
  userAgent: string | null;
  /** The one that asks. */
  current: boolean;
}

async function askAuth<T>(path: string, body?: unknown): Promise<T> {
  const response = await fetch(
    `/api/auth${path}`,
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}

/** Every session of this account, this one first. */
export async function listSessions(): Promise<Session[]> {
  const [all, own] = await Promise.all([
    askAuth<Omit<Session, 'current'>[]>('/list-sessions'),
    askAuth<{ session: { token: string } } | null>('/get-session'),
  ]);
  return all
    .map((session) => ({ ...session, current: session.token === own?.session.token }))
    .sort((a, b) => Number(b.current) - Number(a.current) || b.createdAt.localeCompare(a.createdAt));
}

/** Ends another session. */
export const revokeSession = (token: string): Promise<unknown> => askAuth('/revoke-session', { token });

export interface TeamMember {
  id: string;
  role: string;
  createdAt: string;
  user: { name: string; email: string };
}

/** Who belongs to the organization, as what. */
export async function listMembers(organizationId: string): Promise<TeamMember[]> {
  const answer = await askAuth<{ members: TeamMember[] } | null>(
    `/organization/get-full-organization?organizationId=${encodeURIComponent(organizationId)}`,
  );
  return answer?.members ?? [];
}
