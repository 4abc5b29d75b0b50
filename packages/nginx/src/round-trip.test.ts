import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backendSpecs, capabilities, drainingSpecs, frontSpecs } from '../testing/arbitraries.ts';
import { times } from '../testing/times.ts';
import { capabilitiesOf, readBackend, readFront, readHeader, renderBackend, renderFront } from './index.ts';

describe('a rendered file', { timeout: 60_000 * times }, () => {
  it('reads back to the front it was rendered from', () => {
    fc.assert(
      fc.property(frontSpecs, capabilities, (spec, nginx) => {
        expect(readFront(renderFront(spec, nginx).content)).toEqual(spec);
      }),
      { numRuns: 200 * times },
    );
  });

  it('of a front that drains backends reads back too, and an Nginx that can drain none is named', () => {
    const modules = ['http_ssl', 'http_v2', 'http_realip'];
    fc.assert(
      fc.property(drainingSpecs, (spec) => {
        const { content } = renderFront(spec, capabilitiesOf({ version: '1.30.6', modules }));
        expect(readFront(content)).toEqual(spec);
        if (spec.maintenance) return;
        const older = capabilitiesOf({ version: '1.26.3', modules });
        expect(() => renderFront(spec, older)).toThrow('Nginx 1.26.3 can drain no backend.');
      }),
      { numRuns: 50 * times },
    );
  });

  it('reads back to the backend it was rendered from', () => {
    fc.assert(
      fc.property(backendSpecs, capabilities, (spec, nginx) => {
        expect(readBackend(renderBackend(spec, nginx).content)).toEqual(spec);
      }),
      { numRuns: 200 * times },
    );
  });

  it('states its app, kind, generation and hash, and is the same each time', () => {
    fc.assert(
      fc.property(fc.oneof(frontSpecs, backendSpecs), capabilities, (spec, nginx) => {
        const render = () => (spec.kind === 'front' ? renderFront(spec, nginx) : renderBackend(spec, nginx));
        const { content, sha256 } = render();
        expect(render()).toEqual({ content, sha256, listens: expect.any(Array) });
        expect(sha256).toBe(createHash('sha256').update(content).digest('hex'));
        expect(readHeader(content)).toEqual({
          app: spec.app,
          kind: spec.kind,
          generation: spec.generation,
          intact: true,
        });
      }),
    );
  });

  it('shows a change by hand, and still what it says now', () => {
    fc.assert(
      fc.property(frontSpecs, capabilities, (spec, nginx) => {
        const edited = renderFront(
          { ...spec, listenPort: 8080 as typeof spec.listenPort },
          nginx,
        ).content.replaceAll('listen 8080;', 'listen 8081;');
        expect(readHeader(edited).intact).toBe(false);
        expect(readFront(edited).listenPort).toBe(8081);
      }),
    );
  });

  it('of somebody else is not taken for one of ours', () => {
    expect(() => readHeader('server { listen 80; }')).toThrow(/Fairlead’s header/);
  });

  it('of the other kind, or with its server block gone, is refused with what is wrong', () => {
    fc.assert(
      fc.property(frontSpecs, capabilities, (spec, nginx) => {
        const { content } = renderFront(spec, nginx);
        expect(() => readBackend(content)).toThrow(/no longer what Fairlead would write/);
        expect(() => readFront(content.slice(0, content.indexOf('# Stands first')))).toThrow(
          /no longer what/,
        );
      }),
    );
  });
});
