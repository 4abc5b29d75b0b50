import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capabilities, frontSpecs } from '../testing/arbitraries.ts';
import { times } from '../testing/times.ts';
import { adoptFront, capabilitiesOf, frontSpecSchema, renderFront } from './index.ts';

const nginx = capabilitiesOf({ version: '1.22.1', modules: [] });
const spec = frontSpecSchema.parse({
  kind: 'front',
  app: 'shop',
  generation: 3,
  names: ['shop.example.com'],
  listenPort: 80,
  method: 'round_robin',
  servers: [
    { address: '198.51.100.1', port: 20000 },
    { address: '198.51.100.2', port: 20000, weight: 3 },
  ],
});
const text = renderFront(spec, nginx).content;
/** The file with something written at the end of its last server block. */
const withLine = (line: string) => text.replace(/\}\n$/, `    ${line}\n}\n`);

describe('adopting an edited front', () => {
  it('finds nothing beside the spec in a file that nobody edited', () => {
    fc.assert(
      fc.property(frontSpecs, capabilities, (rendered, caps) => {
        const adopted = adoptFront(renderFront(rendered, caps).content, caps);
        expect(adopted).toEqual({ spec: rendered, intoSnippet: [], lost: [], returns: [] });
      }),
      { numRuns: 100 * times },
    );
  });

  it('takes what is a setting as the setting', () => {
    const {
      spec: adopted,
      lost,
      returns,
    } = adoptFront(
      text.replace('client_max_body_size 64m;', 'client_max_body_size 128m;').replace('weight=3', 'weight=7'),
      nginx,
    );
    expect(adopted.http.maxBodyBytes).toBe(128 * 1024 ** 2);
    expect(adopted.servers[1]?.weight).toBe(7);
    expect({ lost, returns }).toEqual({ lost: [], returns: [] });
  });

  it('keeps directives that it does not know in the snippet, which is written as it is read', () => {
    const adopted = adoptFront(withLine('location = /teapot { return 418; }'), nginx);
    expect(adopted.intoSnippet).toEqual(['location = /teapot {\n    return 418;\n}']);
    expect(adopted.spec.http.snippet).toBe('location = /teapot {\n    return 418;\n}');
    const again = adoptFront(renderFront(adopted.spec, nginx).content, nginx);
    expect(again).toEqual({ spec: adopted.spec, intoSnippet: [], lost: [], returns: [] });
  });

  it('lists what may not stay, and what comes back', () => {
    const edited = withLine('root /etc;')
      .replace('proxy_set_header X-Real-IP $remote_addr;', '')
      .replace('upstream fairlead_shop {', 'upstream fairlead_shop {\n    resolver 127.0.0.1;');
    const { lost, returns, intoSnippet } = adoptFront(edited, nginx);
    expect(lost.map((one) => one.text)).toContain('root /etc;');
    expect(lost.find((one) => one.text === 'root /etc;')?.why).toMatch(/files of the balancer/);
    expect(returns).toContain('proxy_set_header X-Real-IP $remote_addr;');
    expect(intoSnippet).toEqual([]);
  });

  it('refuses a file that is no front of its own', () => {
    expect(() => adoptFront('server { listen 80; }', nginx)).toThrow(/header/);
    expect(() => adoptFront(text.replace(/\}\n$/, ''), nginx)).toThrow();
  });
});
