import { describe, expect, it } from 'vitest';
import { listenPorts, servedPort, wantedPort, withPort } from './ports.ts';

const app = { port: 20_000 };
const own = { port: null, openPorts: [] };
const all = (backend: Parameters<typeof servedPort>[1]) => ({
  wanted: wantedPort(app, backend),
  served: servedPort(app, backend),
  listens: listenPorts(app, backend),
});

describe('a backend’s port', () => {
  it('is the app’s, or its own', () => {
    expect(all(own)).toEqual({ wanted: 20_000, served: 20_000, listens: [20_000] });
    expect(all({ port: 8080, openPorts: [] })).toEqual({ wanted: 8080, served: 8080, listens: [8080] });
  });

  it('changes with the one before left open, and asked, until the new one is open', () => {
    const begun = withPort(app, own, 8080, true);
    expect(begun).toEqual({ port: 8080, openPorts: [20_000] });
    expect(all(begun)).toEqual({ wanted: 8080, served: 20_000, listens: [8080, 20_000] });
    expect(all({ ...begun, openPorts: [20_000, 8080] })).toEqual({
      wanted: 8080,
      served: 8080,
      listens: [8080, 20_000],
    });
  });

  it('changed again before the first change is through, stays where it was opened last', () => {
    const opened = withPort(app, { port: 8080, openPorts: [20_000, 8080] }, 9090, true);
    expect(all(opened)).toEqual({ wanted: 9090, served: 8080, listens: [9090, 20_000, 8080] });
    const never = withPort(app, { port: 8080, openPorts: [20_000] }, 9090, true);
    expect(all(never)).toEqual({ wanted: 9090, served: 20_000, listens: [9090, 20_000] });
  });

  it('changed back is open still', () => {
    const back = withPort(app, { port: 8080, openPorts: [20_000] }, 20_000, true);
    expect(back).toEqual({ port: null, openPorts: [20_000] });
    expect(all(back)).toEqual({ wanted: 20_000, served: 20_000, listens: [20_000] });
  });

  it('of one that runs nothing yet just is another, and the same asked for is no change', () => {
    expect(withPort(app, own, 8080, false)).toEqual({ port: 8080, openPorts: [] });
    expect(withPort(app, own, null, true)).toEqual(own);
    expect(withPort(app, own, 20_000, true)).toEqual(own);
  });
});
