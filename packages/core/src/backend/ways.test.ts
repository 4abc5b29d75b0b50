import { describe, expect, it } from 'vitest';
import { type BackendWay, doorOf, doorsOf, isWaySettled, takesGrpcByTls, tlsPorts, towards } from './ways.ts';

const app = { port: 20_003, slot: 3 };
const backend = { port: 8080, openPorts: [] };
const row = (backendWay: BackendWay, enabled: boolean, port: number | null = null) => ({
  backendWay,
  backendTls: { enabled, port },
});
const plain = { port: 8080, isTls: false };
const tls = { port: 25_003, isTls: true };

describe('the way to the backends', () => {
  it('is plain for a row that says nothing', () => {
    expect(doorsOf(app, {}, backend)).toEqual([plain]);
    expect(isWaySettled({})).toBe(true);
  });

  it.each<[BackendWay, boolean, typeof plain, (typeof plain)[], boolean]>([
    ['plain', false, plain, [plain], true],
    ['plain+tls', true, plain, [plain, tls], false],
    ['tls+plain', true, tls, [tls, plain], false],
    ['tls', true, tls, [tls], true],
    ['tls+plain', false, tls, [tls, plain], false],
    ['plain+tls', false, plain, [plain, tls], false],
  ])('%s while TLS is wanted: %s', (way, enabled, asked, open, settled) => {
    expect(doorOf(app, row(way, enabled), backend)).toEqual(asked);
    expect(doorsOf(app, row(way, enabled), backend)).toEqual(open);
    expect(isWaySettled(row(way, enabled))).toBe(settled);
  });

  it('turns with both open, and back before it has turned', () => {
    expect(towards(row('plain', false), 'tls')).toBe('plain+tls');
    expect(towards(row('tls', true), 'plain')).toBe('tls+plain');
    expect(towards(row('plain+tls', true), 'plain')).toBe('plain+tls');
    expect(towards(row('tls+plain', true), 'plain')).toBe('tls+plain');
    expect(towards(row('tls+plain', false), 'tls')).toBe('tls+plain');
  });

  it('has a port for calls of gRPC where backends speak TLS, and calls where services are named', () => {
    const http = { grpc: ['/shop.Orders/'] };
    expect(tlsPorts(app, row('plain', false))).toEqual([]);
    expect(tlsPorts(app, row('plain', true))).toEqual([25_003, 15_003]);
    expect(tlsPorts(app, row('tls+plain', false, 9443))).toEqual([9443, 15_003]);
    expect(takesGrpcByTls({ runtime: 'node' }, { ...row('plain', true), http })).toBe(false);
    expect(takesGrpcByTls({ runtime: 'node' }, { ...row('plain+tls', true), http })).toBe(true);
    expect(takesGrpcByTls({ runtime: 'php' }, { ...row('tls', true), http })).toBe(false);
    expect(takesGrpcByTls({ runtime: 'node' }, { ...row('tls', true), http: {} })).toBe(false);
  });

  it('is by a port of one’s own where one is given, and a row from elsewhere is refused', () => {
    expect(doorOf(app, row('tls', true, 9443), backend)).toEqual({ port: 9443, isTls: true });
    expect(() => doorsOf(app, { backendWay: 'gopher' }, backend)).toThrow('gopher');
  });
});
