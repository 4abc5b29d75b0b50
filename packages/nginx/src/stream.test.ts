import type { AppError } from '@fairlead/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capabilities } from '../testing/arbitraries.ts';
import { hostileStrings } from '../testing/hostile.ts';
import { streamSpecs } from '../testing/stream-arbitraries.ts';
import { times } from '../testing/times.ts';
import {
  type ConfigNode,
  capabilitiesOf,
  parseConfig,
  readFront,
  readHeader,
  readStreams,
  renderStreamBase,
  renderStreams,
  streamSettingsSchema,
  streamSpecSchema,
  streamsSchema,
} from './index.ts';

const modules = ['stream', 'stream_ssl_preread', 'stream_realip'];
const spec = {
  kind: 'stream',
  app: 'web-shop',
  generation: 7,
  streams: [
    { name: 'postgresql', listenPort: 5432, backendPort: 15_432, method: 'least_conn', maxConns: 90 },
    {
      name: 'mail',
      listenPort: 8883,
      backendPort: 1883,
      method: 'hash',
      proxyProtocolFrom: ['10.9.0.0/16', '2001:db8::7'],
      proxyProtocolOut: true,
      allowFrom: ['203.0.113.0/24'],
      connectTimeoutSeconds: 2,
      idleTimeoutSeconds: 60,
    },
    { name: 'app', listenPort: 8443, backendPort: 9443, serverNames: ['app.example.com', 'www.example.com'] },
    {
      name: 'admin',
      listenPort: 8443,
      backendPort: 9444,
      method: 'random',
      serverNames: [`${'long-'.repeat(11)}admin.example.com`],
    },
  ],
  servers: [
    { address: '10.0.0.2' },
    { address: '10.0.0.3', weight: 3, backup: true },
    { address: 'fd00::4', down: true },
  ],
};

describe.each(['1.22.1', '1.26.3', '1.30.6'])('for Nginx %s', (version) => {
  it('renders the streams', async () => {
    const { content, listens } = renderStreams(
      streamSpecSchema.parse(spec),
      capabilitiesOf({ version, modules }),
    );
    await expect(content).toMatchFileSnapshot(`../__golden__/streams-${version}.conf`);
    expect(listens.map(({ address, port }) => `${address} ${port}`)).toEqual(
      [5432, 8883, 8443].flatMap((port) => [`0.0.0.0 ${port}`, `:: ${port}`]),
    );
  });

  it('says that it has no streams where the module is missing', () => {
    const render = () =>
      renderStreams(streamSpecSchema.parse(spec), capabilitiesOf({ version, modules: [] }));
    expect(render).toThrow(expect.objectContaining({ code: 'system-unsupported' }) as AppError);
  });
});

it('renders the base', async () => {
  await expect(renderStreamBase()).toMatchFileSnapshot('../__golden__/stream-base.conf');
});

const nginx = fc.record({
  version: capabilities.map(({ version }) => version),
  modules: fc.constant(modules),
});

describe('a file of streams', { timeout: 60_000 * times }, () => {
  it('reads back to the spec it was rendered from', () => {
    fc.assert(
      fc.property(streamSpecs, nginx, (spec, nginx) => {
        const { content } = renderStreams(spec, nginx);
        expect(readStreams(content)).toEqual(spec);
        expect(readHeader(content)).toEqual({
          app: spec.app,
          kind: 'stream',
          generation: spec.generation,
          intact: true,
        });
      }),
      { numRuns: 200 * times },
    );
  });

  it('is taken for no front, and one cut short is refused', () => {
    const { content } = renderStreams(
      streamSpecSchema.parse(spec),
      capabilitiesOf({ version: '1.26.3', modules }),
    );
    expect(() => readFront(content)).toThrow(/no longer what Fairlead would write/);
    expect(() => readStreams(content.slice(0, content.indexOf('server {')))).toThrow(/no longer what/);
    expect(readHeader(content.replace('5432;', '5433;')).intact).toBe(false);
  });
});

describe('streams on one port', () => {
  const one = { name: 'one', listenPort: 8443, backendPort: 9443, serverNames: ['one.example.com'] };
  const two = { name: 'two', listenPort: 8443, backendPort: 9444, serverNames: ['two.example.com'] };
  const issues = (...streams: object[]) =>
    streamsSchema
      .safeParse(streams)
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

  it('share it by different names alone, and say the same of the port', () => {
    expect(issues(one, two)).toBeUndefined();
    expect(issues(one, { ...two, serverNames: [] })).toEqual([
      '1.listenPort: one listens here; only streams with server names share a port.',
    ]);
    expect(issues(one, { ...two, serverNames: ['ONE.example.com'] })).toEqual([
      '1.serverNames: Another stream on this port takes one.example.com.',
    ]);
    expect(issues(one, { ...two, idleTimeoutSeconds: 5 })).toEqual([
      '1.idleTimeoutSeconds: one on the same port says otherwise; let both say the same.',
    ]);
    expect(issues(one, { ...two, name: 'one' })).toEqual(['1.name: Another stream is called so.']);
  });

  it('never lead a stream to itself', () => {
    const itself = { ...spec, streams: [{ ...one, backendPort: 8443 }], servers: [{ address: '127.0.0.1' }] };
    expect(streamSpecSchema.safeParse(itself).success).toBe(false);
  });
});

/** Directive names with how many arguments each has, nested as they are: what a value must never change. */
function structure(nodes: readonly ConfigNode[]): unknown[] {
  return nodes
    .filter((node) => node.kind === 'block' || node.kind === 'directive')
    .map((node) => [
      // The names of a map stand where directives do.
      node.args[0]?.startsWith('fairleadstream_') ? '' : node.name,
      node.args.length,
      node.kind === 'block' ? structure(node.children) : [],
    ]);
}

describe('hostile input', { timeout: 60_000 }, () => {
  const stream = {
    name: 'one',
    listenPort: 8443,
    backendPort: 9443,
    serverNames: ['one.example.com'],
    method: 'hash',
    proxyProtocolFrom: ['10.0.0.1'],
    proxyProtocolOut: true,
    connectTimeoutSeconds: 2,
    idleTimeoutSeconds: 60,
    maxConns: 5,
    allowFrom: ['10.0.0.1'],
  };
  const rendered = (streams: unknown[], servers: unknown[] = [{ address: '10.0.0.2', weight: 2 }]) => {
    const parsed = streamSpecSchema.safeParse({ ...spec, streams, servers });
    if (!parsed.success) return 'refused';
    const { content } = renderStreams(parsed.data, capabilitiesOf({ version: '1.30.6', modules }));
    return structure(parseConfig(content));
  };
  const lists = ['serverNames', 'proxyProtocolFrom', 'allowFrom'];
  const inert: string[] = [];

  it.each(Object.keys(stream))('as a stream’s %s is refused or inert', (field) => {
    const untouched = rendered([stream]);
    expect(untouched).not.toBe('refused');
    for (const hostile of hostileStrings) {
      const value = lists.includes(field) ? [hostile] : hostile;
      const result = rendered([{ ...stream, [field]: value }]);
      expect([untouched, 'refused'], JSON.stringify(hostile)).toContainEqual(result);
      if (result !== 'refused') inert.push(`${field}: ${hostile}`);
    }
  });

  it('is nearly all refused: what remains are plain names and networks', () => {
    expect(inert.filter((one) => !one.startsWith('serverNames') && !/From: /.test(one))).toEqual([]);
    expect(inert).toContain('proxyProtocolFrom: 10.0.0.0/8');
    expect(inert).not.toContain('allowFrom: 10.0.0.2:80');
  });

  it('as a server’s address is refused', () => {
    for (const address of hostileStrings) expect(rendered([stream], [{ address }])).toBe('refused');
  });

  it('under a name that no setting has is refused', () => {
    expect(streamSettingsSchema.safeParse({ ...stream, proxy_pass: 'x' }).success).toBe(false);
  });
});
