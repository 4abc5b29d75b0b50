import { Secret } from '@fairlead/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DesiredApp,
  type DesiredBackend,
  type DesiredLoadBalancer,
  desiredState,
  isProven,
} from './desired.ts';
import { backendSpecHash } from './desired-nginx.ts';

const app: DesiredApp = {
  slug: 'shop',
  slot: 3,
  runtime: 'node',
  documentRoot: null,
  port: 20_003,
  domains: ['shop.example'],
  primaryServerId: 's1',
  databaseEngine: 'postgresql',
  databaseName: 'shop',
  databaseUser: 'shop',
  removing: false,
};
const loadBalancer: DesiredLoadBalancer = {
  balancerServerId: 's1',
  successorServerId: null,
  formerServerId: null,
  enabled: true,
  maintenance: false,
  method: 'ip_hash',
  hashKey: 'uri',
  stickyCookie: 'seat',
  http: {},
  streams: [],
  generation: 7,
};
const servers = [1, 2, 3].map((n) => ({
  id: `s${n}`,
  ipAddress: `198.18.0.${n}`,
  privateAddress: `10.0.0.${n}`,
}));
const backend = (n: number, change: Partial<DesiredBackend> = {}): DesiredBackend => ({
  id: `b${n}`,
  serverId: `s${n}`,
  role: n === 1 ? 'primary' : 'replica',
  desired: 'enabled',
  state: 'active',
  address: `10.0.0.${n}`,
  weight: 1,
  maxFails: 1,
  failTimeoutSeconds: 10,
  maxConns: 0,
  slowStartPercent: 100,
  port: null,
  openPorts: [],
  backup: false,
  drain: false,
  colour: 'blue',
  releaseId: 'r',
  ...change,
});
const three = [backend(1), backend(2), backend(3)];
const upstream = (state: ReturnType<typeof desiredState>) =>
  state.fronts[0]?.spec.servers.map((server) => `${server.address}${server.down ? ' down' : ''}`);

describe('desiredState', () => {
  it('puts every enabled backend into the upstream, the primary first', () => {
    const state = desiredState(app, loadBalancer, [backend(3), backend(1), backend(2)], servers);
    expect(upstream(state)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    expect(state.fronts).toHaveLength(1);
    expect(state.fronts[0]).toMatchObject({
      serverId: 's1',
      spec: { generation: 7, method: 'ip_hash', names: ['shop.example'], listenPort: 80 },
    });
  });

  it('gives nothing to who is held back, unless it is alone', () => {
    const held = [backend(1), backend(2, { heldBack: 'behind' })];
    expect(upstream(desiredState(app, loadBalancer, held, servers))).toEqual(['10.0.0.1', '10.0.0.2 down']);
    const off = { ...loadBalancer, enabled: false };
    const alone = [backend(1, { heldBack: 'switching' })];
    expect(upstream(desiredState(app, off, alone, servers))).toEqual(['10.0.0.1']);
  });

  it('serves the primary alone while load balancing is off, whatever was desired of it', () => {
    const off = { ...loadBalancer, enabled: false };
    const state = desiredState(app, off, [backend(1, { desired: 'disabled' }), backend(2)], servers);
    expect(upstream(state)).toEqual(['10.0.0.1']);
    expect(state.backends.map((b) => b.present)).toEqual([true, false]);
    expect(state.fronts[0]?.spec.method).toBe('round_robin');
  });

  it('serves from the successor too while the balancer moves, and lets either ask every backend', () => {
    const moving = { ...loadBalancer, successorServerId: 's3' };
    const state = desiredState({ ...app, domains: [] }, moving, [backend(1), backend(2)], servers);
    expect(state.fronts.map(({ serverId, spec }) => [serverId, spec.names])).toEqual([
      ['s1', ['10.0.0.1', '198.18.0.1']],
      ['s3', ['10.0.0.3', '198.18.0.3']],
    ]);
    const balancers = ['10.0.0.1', '10.0.0.3', '198.18.0.1', '198.18.0.3'];
    for (const { spec } of state.backends) expect(spec?.balancerAddresses).toEqual(balancers);
    for (const { rules } of state.firewall.filter(({ serverId }) => serverId !== 's3')) {
      expect(rules.find(({ purpose }) => purpose === 'backend')?.sources).toEqual(balancers);
    }
  });

  it('lets the balancer that was ask on until it is taken out of service, and serves no visitor from it', () => {
    const state = desiredState(
      app,
      { ...loadBalancer, balancerServerId: 's3', formerServerId: 's1' },
      three,
      servers,
    );
    expect(state.fronts.map(({ serverId }) => serverId)).toEqual(['s3']);
    expect(state.backends[1]?.spec?.balancerAddresses).toContain('10.0.0.1');
  });

  it('keeps a disabled backend in the file, down, and deployed', () => {
    const state = desiredState(app, loadBalancer, [backend(1), backend(2, { desired: 'disabled' })], servers);
    expect(upstream(state)).toEqual(['10.0.0.1', '10.0.0.2 down']);
    expect(state.backends[1]).toMatchObject({ present: true, inUpstream: 'down' });
  });

  it('leaves no rule and no grant of a removed backend, and names its server so that the rules go', () => {
    const state = desiredState(app, loadBalancer, [backend(1), backend(2, { desired: 'removed' })], servers);
    expect(state.backends[1]).toMatchObject({ present: false, inUpstream: 'absent', spec: null });
    expect(state.database).toMatchObject({ addresses: [], listenAddress: '10.0.0.1' });
    expect(state.firewall).toEqual([
      {
        serverId: 's1',
        rules: [
          { purpose: 'backend', port: 20_003, sources: ['10.0.0.1', '198.18.0.1'] },
          { purpose: 'database', port: 5432, sources: [] },
        ],
      },
      { serverId: 's2', rules: [] },
    ]);
    expect(state.environment.map((entry) => entry.backendId)).toEqual(['b1']);
  });

  it('has the database listen, guarded from everybody, before the first backend is added', () => {
    const alone = desiredState(app, { ...loadBalancer, enabled: false }, [backend(1)], servers);
    const together = desiredState(app, loadBalancer, [backend(1), backend(2)], servers);
    expect(alone.database?.addresses).toEqual([]);
    expect(alone.database?.listenAddress).toBe(together.database?.listenAddress);
    expect(alone.firewall[0]?.rules).toContainEqual({ purpose: 'database', port: 5432, sources: [] });
  });

  it('keeps rules and grants of a retiring backend when asked, never its place in the upstream', () => {
    const rows = [backend(1), backend(2, { desired: 'removed' })];
    const state = desiredState(app, loadBalancer, rows, servers, { keepRetiring: true });
    expect(upstream(state)).toEqual(['10.0.0.1']);
    expect(state.database?.addresses).toEqual(['10.0.0.2']);
    expect(state.firewall[1]?.rules).toHaveLength(1);
  });

  it('leads streams to the backends of the front, and opens their ports to the balancer alone', () => {
    const streams = [
      { name: 'mail', listenPort: 8883, backendPort: 1883 },
      { name: 'admin', listenPort: 8884, backendPort: 1883 },
    ];
    const rows = [backend(1), backend(2, { desired: 'disabled' }), backend(3, { desired: 'removed' })];
    const state = desiredState(app, { ...loadBalancer, streams }, rows, servers, { keepStreamPorts: [1884] });
    expect(state.fronts).toMatchObject([
      {
        serverId: 's1',
        streams: {
          generation: 7,
          streams,
          servers: [
            { address: '10.0.0.1', down: false },
            { address: '10.0.0.2', down: true },
          ],
        },
      },
    ]);
    const sources = ['10.0.0.1', '198.18.0.1'];
    expect(state.firewall[1]?.rules).toEqual([
      { purpose: 'backend', port: 20_003, sources },
      { purpose: 'stream', port: 1883, sources },
      { purpose: 'stream', port: 1884, sources },
    ]);
    expect(state.firewall[2]?.rules).toEqual([]);
  });

  it('has no streams where no backend has proved healthy: Nginx takes no empty upstream', () => {
    const streams = [{ name: 'mail', listenPort: 8883, backendPort: 1883 }];
    const rows = [backend(1, { state: 'preparing', releaseId: null, colour: null })];
    const state = desiredState(app, { ...loadBalancer, streams }, rows, servers, { admit: isProven });
    expect(state.fronts[0]?.streams).toBeNull();
  });

  it('holds back what the caller does not admit', () => {
    const rows = [backend(1), backend(2, { state: 'preparing', releaseId: null, colour: null })];
    const state = desiredState(app, loadBalancer, rows, servers, { admit: isProven });
    expect(upstream(state)).toEqual(['10.0.0.1']);
    expect(state.backends[1]).toMatchObject({ present: true, inUpstream: 'absent', spec: null });
  });

  it('opens the database to the private address of each other backend alone', () => {
    const state = desiredState(app, loadBalancer, three, servers);
    expect(state.database).toEqual({
      serverId: 's1',
      engine: 'postgresql',
      database: 'shop',
      user: 'shop',
      logins: [{ name: 'shop', tls: false }],
      listenAddress: '10.0.0.1',
      addresses: ['10.0.0.2', '10.0.0.3'],
    });
    expect(state.firewall[0]?.rules).toContainEqual({
      purpose: 'database',
      port: 5432,
      sources: ['10.0.0.2', '10.0.0.3'],
    });
  });

  it.each([
    ['postgresql', 1, ['shop__b', 'shop']],
    ['postgresql', 2, ['shop', 'shop__b']],
    ['mariadb', 1, ['shop', 'shop']],
  ])(
    '%s: tells backends the newest account, and keeps the one before while they go over (%i)',
    (engine, turn, names) => {
      const rotating = {
        ...app,
        databaseEngine: engine,
        databaseTurn: turn,
        databaseFormerPasswordCipher: 'sealed',
      };
      const state = desiredState(rotating, loadBalancer, three, servers, {
        databasePassword: new Secret('p'),
      });
      expect(state.database?.logins.map(({ name }) => name)).toEqual(names);
      for (const { generated } of state.environment) expect(generated.DB_USER).toBe(names[0]);
      const after = desiredState(
        { ...rotating, databaseFormerPasswordCipher: null },
        loadBalancer,
        three,
        servers,
      );
      expect(after.database?.logins.map(({ name }) => name)).toEqual(names.slice(0, 1));
    },
  );

  it('uses public addresses for the database when one backend has no private one', () => {
    const mixed = servers.map((server) =>
      server.id === 's3' ? { ...server, privateAddress: null } : server,
    );
    const state = desiredState(app, loadBalancer, three, mixed);
    expect(state.database).toMatchObject({
      listenAddress: '198.18.0.1',
      addresses: ['198.18.0.2', '198.18.0.3'],
    });
  });

  it('uses public addresses for the database when one backend was found to share no private network', () => {
    const apart = three.map((backend) =>
      backend.serverId === 's3' ? { ...backend, address: '198.18.0.3' } : backend,
    );
    expect(desiredState(app, loadBalancer, apart, servers).database).toMatchObject({
      listenAddress: '198.18.0.1',
      addresses: ['198.18.0.2', '198.18.0.3'],
    });
    expect(desiredState(app, loadBalancer, three, servers).database).toMatchObject({
      listenAddress: '10.0.0.1',
    });
  });

  it('writes the database into the environment: the primary by loopback, others by its address', () => {
    const state = desiredState(app, loadBalancer, three, servers, { databasePassword: new Secret('p/w') });
    const values = state.environment.map((entry) => entry.generated);
    expect(values[0]?.DB_HOST).toBe('127.0.0.1');
    expect(values[1]?.DB_HOST).toBe('10.0.0.1');
    const url = values[1]?.DATABASE_URL;
    expect(url instanceof Secret && url.reveal()).toBe('postgresql://shop:p%2Fw@10.0.0.1:5432/shop');
    expect(JSON.stringify(state)).not.toContain('p/w');
  });

  it('tells a container of its server’s loopback by the address that leads there', () => {
    const boxed = { ...app, runtime: 'docker' as const };
    const state = desiredState(boxed, loadBalancer, three, servers, { databasePassword: new Secret('p') });
    const [primary, other] = state.environment.map((entry) => entry.generated);
    expect(primary).toMatchObject({ DB_HOST: '10.0.2.2' });
    expect(other).toMatchObject({ DB_HOST: '10.0.0.1' });
  });

  it('leaves nothing of an app that is being removed', () => {
    const state = desiredState({ ...app, removing: true }, loadBalancer, three, servers, {
      keepRetiring: true,
    });
    expect(state.fronts).toEqual([]);
    expect(state.database).toBeNull();
    expect(state.backends.every((b) => !b.present)).toBe(true);
    expect(state.firewall.flatMap((entry) => entry.rules)).toEqual([]);
  });

  it('gives blue and green ports of their own, and PHP and static a root below current', () => {
    const target = (change: Partial<DesiredApp>, colour: string | null) =>
      desiredState({ ...app, ...change }, loadBalancer, [backend(1, { colour })], servers).backends[0]?.spec
        ?.target;
    expect(target({}, 'blue')).toEqual({ runtime: 'node', port: 30_006 });
    expect(target({}, 'green')).toEqual({ runtime: 'node', port: 30_007 });
    expect(target({ runtime: 'php', documentRoot: 'public' }, null)).toMatchObject({
      root: '/srv/fairlead/shop/current/public',
    });
    expect(target({ runtime: 'static' }, null)).toEqual({
      runtime: 'static',
      root: '/srv/fairlead/shop/current',
    });
  });

  it('says which server has no address yet', () => {
    expect(() =>
      desiredState(app, loadBalancer, three, [{ id: 's1', ipAddress: null, privateAddress: null }]),
    ).toThrow(/no known IP address/);
  });

  it('hashes a backend spec without its generation', () => {
    const spec = (generation: number, colour: string) =>
      desiredState(app, { ...loadBalancer, generation }, [backend(1, { colour })], servers).backends[0]?.spec;
    const [a, b, c] = [spec(1, 'blue'), spec(2, 'blue'), spec(2, 'green')];
    if (!a || !b || !c) throw new Error('no spec');
    expect(backendSpecHash(a, null)).toBe(backendSpecHash(b, null));
    expect(backendSpecHash(b, null)).not.toBe(backendSpecHash(c, null));
  });

  it('depends on the rows, not on their order, and never gives one address two places', () => {
    const rows = fc.array(
      fc.record({
        desired: fc.constantFrom('enabled', 'disabled', 'removed'),
        state: fc.constantFrom('pending', 'active', 'failed', 'removing'),
      }),
      { minLength: 3, maxLength: 3 },
    );
    fc.assert(
      fc.property(rows, fc.boolean(), (changes, enabled) => {
        const backends = changes.map((change, index) => backend(index + 1, change));
        const lb = { ...loadBalancer, enabled };
        const one = desiredState(app, lb, backends, servers);
        const other = desiredState(app, lb, [...backends].reverse(), [...servers].reverse());
        expect(other).toEqual(one);
        const addresses = one.fronts[0]?.spec.servers.map((server) => server.address) ?? [];
        expect(new Set(addresses).size).toBe(addresses.length);
      }),
    );
  });
});
