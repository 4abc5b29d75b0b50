import { type Context, isInvited, type Log, recordAudit } from '@fairlead/core';
import type { Secret } from '@fairlead/errors';
import { betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { APIError, createAuthMiddleware } from 'better-auth/api';
import { organization } from 'better-auth/plugins';
import { createAccessControl } from 'better-auth/plugins/access';
import { adminAc, defaultStatements, ownerAc } from 'better-auth/plugins/organization/access';

/** The header in which the client's address reaches better-auth; whatever a client sends under this name is dropped. */
export const clientAddressHeader = 'x-fairlead-client-address';

const day = 24 * 3600;
const access = createAccessControl(defaultStatements);
/** Members without a say about other members. */
const plain = () => access.newRole({ organization: [], member: [], invitation: [], team: [], ac: [] });

type Database = Pick<Context, 'prisma' | 'clock'>;

export interface AuthOptions extends Database {
  /** Where the dashboard is reached, e.g. `https://fairlead.example`: cookies are `__Host-` and secure for https. */
  baseUrl: string;
  /** Signs session cookies: `deriveKey(secretKey, 'session')` in hex. */
  secret: Secret;
  /** Where better-auth's warnings go; without it to standard error. */
  log?: Log;
  /** Other origins that may sign in and change things. */
  trustedOrigins?: string[];
}

/**
 * Accounts, sessions and organizations (better-auth). Sign-up is closed but for those who hold an invitation: `POST /api/auth/sign-up/email` with its
 * `invitationId`.
 */
export function createAuth(options: AuthOptions) {
  const { prisma, baseUrl, log } = options;
  const isHttps = baseUrl.startsWith('https://');
  return betterAuth({
    appName: 'Fairlead',
    baseURL: baseUrl,
    basePath: '/api/auth',
    secret: options.secret.reveal(),
    trustedOrigins: options.trustedOrigins ?? [],
    telemetry: { enabled: false },
    ...(log === undefined
      ? {}
      : {
          logger: {
            log: (level: 'debug' | 'info' | 'warn' | 'error', text: string) =>
              log[level]({ from: 'better-auth' }, text),
          },
        }),
    // Its transactions are done again like all others: a hook of it that tells somebody outside would tell twice.
    database: prismaAdapter(prisma, { provider: 'postgresql', transaction: true }),
    emailAndPassword: { enabled: true, minPasswordLength: 10, maxPasswordLength: 128, autoSignIn: true },
    session: { expiresIn: 30 * day, updateAge: day },
    // Sign-in has a limit of its own (sign-in-limit.ts), by address and by e-mail.
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 60,
      max: 300,
      customRules: { '/sign-in/email': false },
    },
    advanced: {
      // `__Host-`: secure, path /, no domain (RFC 6265bis). Over plain http (localhost, a lab) no browser would take it.
      cookiePrefix: isHttps ? '__Host-fairlead' : 'fairlead',
      useSecureCookies: false,
      defaultCookieAttributes: { secure: isHttps, sameSite: 'lax', httpOnly: true, path: '/' },
      ipAddress: { ipAddressHeaders: [clientAddressHeader] },
    },
    hooks: { before: createAuthMiddleware(async (ctx) => requireInvitation(options, ctx.path, ctx.body)) },
    plugins: [
      organization({
        ac: access,
        roles: { owner: ownerAc, admin: adminAc, deployer: plain(), viewer: plain() },
        creatorRole: 'owner',
        allowUserToCreateOrganization: false,
        disableOrganizationDeletion: true,
        organizationHooks: memberAudit(prisma),
      }),
    ],
  });
}

export type Auth = ReturnType<typeof createAuth>;

async function requireInvitation(database: Database, path: string, body: unknown): Promise<void> {
  if (path !== '/sign-up/email') return;
  const { email, invitationId } = (body ?? {}) as { email?: unknown; invitationId?: unknown };
  if (await isInvited(database, invitationId, email)) return;
  throw new APIError('FORBIDDEN', {
    message: 'Sign-up is closed. Ask an owner of the organization for an invitation.',
  });
}

/** Who invited, joined, left or changed roles: into the organization's audit log. */
function memberAudit(prisma: Context['prisma']) {
  const write = (
    action: string,
    organization: { id: string; name: string },
    by: { id: string; name: string },
    details: Record<string, string>,
  ) => {
    const actor = { organizationId: organization.id, userId: by.id, name: by.name };
    const subject = { type: 'organization' as const, id: organization.id, name: organization.name };
    return recordAudit(prisma, actor, action, subject, { details });
  };
  type Org = { id: string; name: string };
  type Person = { id: string; name: string; email: string };
  return {
    afterCreateInvitation: (data: {
      invitation: { email: string; role: string };
      inviter: Person;
      organization: Org;
    }) =>
      write('member.invite', data.organization, data.inviter, {
        email: data.invitation.email,
        role: data.invitation.role,
      }),
    afterAcceptInvitation: (data: { member: { role: string }; user: Person; organization: Org }) =>
      write('member.join', data.organization, data.user, { email: data.user.email, role: data.member.role }),
    afterRemoveMember: (data: { member: { role: string }; user: Person; organization: Org }) =>
      write('member.remove', data.organization, data.user, {
        email: data.user.email,
        role: data.member.role,
      }),
    afterUpdateMemberRole: (data: {
      member: { role: string };
      previousRole: string;
      user: Person;
      organization: Org;
    }) =>
      write('member.role', data.organization, data.user, {
        email: data.user.email,
        role: data.member.role,
        before: data.previousRole,
      }),
  };
}
