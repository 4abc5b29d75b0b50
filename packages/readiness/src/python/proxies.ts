import { type Finding, inFile, ok, problem, unknown } from '../finding.ts';
import type { FrameworkName, Scan } from '../scan.ts';
import { type Code, lineAt } from '../source/code.ts';
import { calls, find, oneOf } from '../source/find.ts';

/** Each backend’s own Nginx hands requests on from 127.0.0.1; the app or its server believes what that says, or not. */
export function judgePythonProxies(scan: Scan, codes: readonly Code[], framework: FrameworkName): Finding {
  const fix = codes.flatMap((code) =>
    find(code, [oneOf('ProxyFix', 'ProxyHeadersMiddleware'), '(']).map((at) =>
      inFile(code.path, lineAt(code, at), 'believes the proxy'),
    ),
  );
  const added = codes.flatMap((code) =>
    find(code, ['add_middleware', '(', 'ProxyHeadersMiddleware']).map((at) =>
      inFile(code.path, lineAt(code, at), 'believes the proxy'),
    ),
  );
  if (fix.length + added.length > 0) return ok('The app believes the proxy before it.', ...fix, ...added);
  if (framework === 'flask') {
    const made = codes.flatMap((code) =>
      calls(code, 'Flask').map(({ line }) => inFile(code.path, line, 'no ProxyFix')),
    );
    return problem('Flask takes the proxy before it for the visitor.', ...made);
  }
  const server = believingServer(scan);
  if (server === 'Uvicorn') return ok('Uvicorn believes the proxy on its own machine.');
  if (
    scan.facts.container != null &&
    /\b(?:uvicorn|gunicorn|fastapi run)\b/.test(scan.facts.startCommand ?? '')
  )
    return problem(
      'The app’s server believes a proxy at 127.0.0.1, and a container is asked from another address.',
    );
  return unknown('Whether the server before the app believes the proxy can’t be told from here.');
}

/** The server that starts the app, if it believes `X-Forwarded-Proto` of 127.0.0.1 by itself: Gunicorn's `forwarded_allow_ips`, Uvicorn's `--proxy-headers`. */
export function believingServer({ facts, repository, variables }: Scan): 'Gunicorn' | 'Uvicorn' | null {
  const command = facts.startCommand ?? repository.texts.get('Procfile') ?? '';
  // A container is asked from an address of its network.
  const believesAll =
    /--forwarded-allow-ips[= ]+['"]?\*/.test(command) || variables('FORWARDED_ALLOW_IPS')?.value === '*';
  if (facts.container != null && !believesAll) return null;
  if (/\buvicorn\b|\bfastapi run\b/i.test(command))
    return /--no-proxy-headers/.test(command) ? null : 'Uvicorn';
  return /\bgunicorn\b/.test(command) ? 'Gunicorn' : null;
}
