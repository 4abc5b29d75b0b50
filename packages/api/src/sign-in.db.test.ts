import { actorOfUser, ensureSetupToken, newId } from '@fairlead/core';
import { Secret } from '@fairlead/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuth } from './auth.ts';
import { type ApiWorld, cookiesOf, createApiWorld, origin } from './testing.ts';

const email = 'ada@example.com';
const password = 'correct horse battery';
let world: ApiWorld;
let organizationId: string;

beforeAll(async () => {
  world = await createApiWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.ctx.prisma.rateLimit.deleteMany();
});

const signIn = (more: object = {}, headers: Record<string, string> = {}) =>
  world.send('POST', '/api/auth/sign-in/email', { email, password, ...more }, { headers });

async function cookie(): Promise<string> {
  const response = await signIn();
  expect(response.status).toBe(200);
  return cookiesOf(response);
}

describe('set-up', () => {
  it('opens with the token once and closes behind the first owner', async () => {
    const status = async () => (await world.send('GET', '/setup')).json();
    expect(await status()).toEqual({ open: true });
    const token = (await ensureSetupToken(world.ctx))?.token;
    const body = { token, name: 'Ada', email, password, organization: 'Acme' };
    expect((await world.send('POST', '/setup', { ...body, token: 'wrong' })).status).toBe(422);
    const weak = await world.send('POST', '/setup', { ...body, password: 'short' });
    expect(await weak.json()).toMatchObject({ code: 'invalid-input', errors: [{ path: 'password' }] });
    const claimed = await world.send('POST', '/setup', body);
    expect(claimed.status).toBe(201);
    ({ organizationId } = (await claimed.json()) as { organizationId: string });
    expect(await status()).toEqual({ open: false });
    const again = await world.send('POST', '/setup', body);
    expect(again.status).toBe(403);
    expect(await again.json()).toMatchObject({ code: 'setup-closed' });
  });

  it('goes on with the same person after a half failure, and not with another password', async () => {
    const { accounts } = world.ctx;
    const again = await accounts.createUser({ name: 'Ada', email, password: new Secret(password) });
    expect(await actorOfUser(world.ctx, again.userId)).toMatchObject({ role: 'owner' });
    await expect(
      accounts.createUser({ name: 'Eve', email, password: new Secret('something else') }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('sign-in', () => {
  it('gives a session that the API knows, and takes it back at sign-out', async () => {
    const session = await cookie();
    const me = await world.send('GET', '/me', undefined, { cookie: session });
    expect(await me.json()).toMatchObject({
      user: { email },
      role: 'owner',
      organization: { id: organizationId, name: 'Acme' },
    });
    const out = await world.send('POST', '/api/auth/sign-out', {}, { cookie: session });
    expect(out.status).toBe(200);
    expect((await world.send('GET', '/me', undefined, { cookie: session })).status).toBe(401);
  });

  it('stops guessing after five failures of one e-mail, whoever asks, until the minute is over', async () => {
    for (let n = 0; n < 5; n += 1) {
      expect(
        (await signIn({ password: 'wrong password' }, { 'x-test-address': `203.0.113.${n}` })).status,
      ).toBe(401);
    }
    const limited = await signIn({}, { 'x-test-address': '203.0.113.9' });
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await limited.json()).toMatchObject({ code: 'rate-limited' });
    expect((await signIn({ email: ' ADA@example.com' }, { 'x-test-address': '203.0.113.10' })).status).toBe(
      429,
    );
    world.now.value = new Date(Date.now() + 61_000);
    expect((await signIn()).status).toBe(200);
    world.now.value = new Date();
  });

  it('stops guessing many e-mails from one address', async () => {
    const statuses = [];
    for (let n = 0; n < 22; n += 1)
      statuses.push((await signIn({ email: `nobody-${n}@example.com` })).status);
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
    expect(statuses.slice(20)).toEqual([429, 429]);
    expect((await signIn({}, { 'x-test-address': '203.0.113.50' })).status).toBe(200);
  });

  it('does not count good ones', async () => {
    for (let n = 0; n < 8; n += 1) expect((await signIn()).status).toBe(200);
  });

  it('answers the same to a wrong password and to a stranger', async () => {
    const wrong = await signIn({ password: 'wrong password' });
    const stranger = await signIn({ email: 'stranger@example.com' });
    expect(await stranger.json()).toEqual(await wrong.json());
    expect(stranger.status).toBe(wrong.status);
  });

  it('keeps the password as a slow hash, and e-mails out of the limit’s rows', async () => {
    await signIn();
    const [account] = await world.ctx.prisma.account.findMany({ where: { providerId: 'credential' } });
    expect(account?.password).not.toContain(password);
    expect(
      JSON.stringify(await world.ctx.prisma.rateLimit.findMany({ select: { key: true } })),
    ).not.toContain('ada@');
  });

  it('has no secure flag over http, and __Host- with it over https', async () => {
    const plain = (await signIn()).headers.getSetCookie().join();
    expect(plain).toMatch(/^fairlead\.session_token=[^;]+;.*HttpOnly/i);
    expect(plain).not.toMatch(/Secure/i);
    const auth = createAuth({
      prisma: world.ctx.prisma,
      clock: world.ctx.clock,
      log: world.ctx.log,
      baseUrl: 'https://fairlead.example',
      secret: new Secret('0123456789abcdef0123456789abcdef'),
    });
    const response = await auth.handler(
      new Request('https://fairlead.example/api/auth/sign-in/email', {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: 'https://fairlead.example' },
        body: JSON.stringify({ email, password }),
      }),
    );
    const secure = response.headers.getSetCookie().join();
    expect(secure).toMatch(/^__Host-fairlead\.session_token=/);
    expect(secure).toMatch(/Secure/i);
    expect(secure).toMatch(/Path=\//i);
    expect(secure).not.toMatch(/Domain=/i);
    const session = await auth.api.getSession({ headers: new Headers({ cookie: cookiesOf(response) }) });
    expect(session?.user.email).toBe(email);
  });
});

describe('a cookie', () => {
  const create = (more: { cookie: string; origin?: string | null }) =>
    world.send('POST', '/tokens', { name: 'x', scopes: ['read'] }, more);

  it('changes things from our own pages alone', async () => {
    const session = await cookie();
    expect((await create({ cookie: session })).status).toBe(201);
    for (const from of ['https://evil.example', 'null', `${origin}.evil.example`, null]) {
      const response = await create({ cookie: session, origin: from });
      expect(response.status, String(from)).toBe(403);
    }
    expect(
      (await world.send('GET', '/servers', undefined, { cookie: session, origin: 'https://evil.example' }))
        .status,
    ).toBe(200);
  });

  it('that was made up opens nothing', async () => {
    for (const forged of ['fairlead.session_token=abc', 'fairlead.session_token=abc.def', '__proto__=1']) {
      expect((await world.send('GET', '/me', undefined, { cookie: forged })).status).toBe(401);
    }
  });

  it('of a member who was removed opens nothing', async () => {
    const session = await cookie();
    const { prisma } = world.ctx;
    const member = await prisma.member.findFirstOrThrow({ where: { organizationId } });
    await prisma.member.delete({ where: { id: member.id } });
    expect((await world.send('GET', '/servers', undefined, { cookie: session })).status).toBe(403);
    await prisma.member.create({ data: member });
  });
});

describe('sign-up', () => {
  let clients = 0;
  /** Each from an address of its own: repeated sign-ups from one are limited too. */
  const signUp = (body: object) => {
    clients += 1;
    const headers = { 'x-test-address': `203.0.113.${100 + clients}` };
    return world.send(
      'POST',
      '/api/auth/sign-up/email',
      { name: 'Eve', email: 'eve@example.com', password, ...body },
      { headers },
    );
  };
  const invite = async (change: object = {}) => {
    const inviter = await world.ctx.prisma.user.findUniqueOrThrow({ where: { email } });
    return world.ctx.prisma.invitation.create({
      data: {
        id: newId(new Date()),
        organizationId,
        email: 'eve@example.com',
        role: 'deployer',
        status: 'pending',
        inviterId: inviter.id,
        expiresAt: new Date(Date.now() + 60_000),
        ...change,
      },
    });
  };

  it('is closed without an invitation that fits', async () => {
    expect((await signUp({})).status).toBe(403);
    expect((await signUp({ invitationId: 'x' })).status).toBe(403);
    expect((await signUp({ invitationId: { contains: '' } })).status).toBe(403);
    const expired = await invite({ expiresAt: new Date(Date.now() - 3_600_000) });
    const others = await invite({ email: 'other@example.com' });
    const used = await invite({ status: 'accepted' });
    for (const { id } of [expired, others, used])
      expect((await signUp({ invitationId: id })).status).toBe(403);
    expect(await world.ctx.prisma.user.count({ where: { email: 'eve@example.com' } })).toBe(0);
  });

  it('lets an invited person in, with the role of the invitation', async () => {
    const { id } = await invite();
    const response = await signUp({ invitationId: id });
    expect(response.status).toBe(200);
    const session = cookiesOf(response);
    expect((await world.send('GET', '/me', undefined, { cookie: session })).status).toBe(403);
    const accepted = await world.send(
      'POST',
      '/api/auth/organization/accept-invitation',
      { invitationId: id },
      { cookie: session },
    );
    expect(accepted.status).toBe(200);
    const me = await world.send('GET', '/me', undefined, { cookie: session });
    expect(await me.json()).toMatchObject({ role: 'deployer', organization: { id: organizationId } });
    expect(
      await world.ctx.prisma.auditEntry.count({ where: { organizationId, action: 'member.join' } }),
    ).toBe(1);
  });

  it('keeps members without a say from inviting, and anybody from making organizations', async () => {
    const eve = cookiesOf(await signIn({ email: 'eve@example.com' }));
    const invitation = { email: 'mallory@example.com', role: 'owner', organizationId };
    expect(
      (await world.send('POST', '/api/auth/organization/invite-member', invitation, { cookie: eve })).status,
    ).toBe(403);
    const organization = { name: 'Mine', slug: 'mine' };
    expect(
      (await world.send('POST', '/api/auth/organization/create', organization, { cookie: eve })).status,
    ).toBe(403);
    const owner = await cookie();
    const invited = await world.send(
      'POST',
      '/api/auth/organization/invite-member',
      { ...invitation, role: 'viewer' },
      { cookie: owner },
    );
    expect(invited.status).toBe(200);
    expect(
      await world.ctx.prisma.auditEntry.count({ where: { organizationId, action: 'member.invite' } }),
    ).toBe(1);
  });
});
