import fc from 'fast-check';
import { type StreamSpec, streamAllowsBackup, streamMethods, streamSpecSchema } from '../src/index.ts';
import { addresses, hostnames, ports, slugs } from './arbitraries.ts';

const names = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/);
const networks = fc.uniqueArray(
  fc.oneof(
    addresses.map(String),
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 31 })).map(([address, bits]) => `${address}/${bits}`),
  ),
  { maxLength: 3 },
);
const options = fc.record({
  proxyProtocolFrom: networks,
  proxyProtocolOut: fc.boolean(),
  connectTimeoutSeconds: fc.integer({ min: 1, max: 75 }),
  idleTimeoutSeconds: fc.integer({ min: 1, max: 604_800 }),
  allowFrom: networks,
});
const share = fc.record({
  name: names,
  backendPort: ports,
  method: fc.constantFrom(...streamMethods),
  maxConns: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000_000 })),
  serverNames: fc.uniqueArray(hostnames, { minLength: 1, maxLength: 4 }),
});
/** One port: a stream without names, or some that share it by names. */
const port = fc
  .record({
    listenPort: ports,
    options,
    shares: fc.array(share, { minLength: 1, maxLength: 3 }),
    isPlain: fc.boolean(),
  })
  .map(({ listenPort, options, shares, isPlain }) =>
    isPlain
      ? shares.slice(0, 1).map((one) => ({ ...one, ...options, listenPort, serverNames: [] }))
      : shares.map((one) => ({ ...one, ...options, listenPort })),
  );
const servers = fc.uniqueArray(
  fc.record({
    address: addresses,
    down: fc.boolean(),
    weight: fc.integer({ min: 1, max: 1000 }),
    maxFails: fc.integer({ min: 0, max: 1000 }),
    failTimeoutSeconds: fc.integer({ min: 1, max: 3600 }),
    backup: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8, selector: ({ address }) => address },
);

export const streamSpecs: fc.Arbitrary<StreamSpec> = fc
  .record({
    kind: fc.constant('stream'),
    app: slugs,
    generation: fc.integer({ min: 1, max: 2 ** 31 }),
    streams: fc.array(port, { minLength: 1, maxLength: 4 }).map((ports) => ports.flat()),
    servers,
  })
  .map((spec) => {
    const mayStandBy =
      spec.streams.some(({ method }) => streamAllowsBackup(method)) &&
      spec.servers.some(({ backup }) => !backup);
    return streamSpecSchema.safeParse({
      ...spec,
      servers: mayStandBy ? spec.servers : spec.servers.map((server) => ({ ...server, backup: false })),
    }).data;
  })
  .filter((spec) => spec !== undefined);
