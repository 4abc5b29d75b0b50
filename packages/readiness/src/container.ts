import { type Finding, type Fix, inFile, problem, unknown, withFix } from './finding.ts';
import type { Environment, Facts } from './input.ts';
import type { Repository } from './repository.ts';
import type { Findings, FrameworkName, Scan } from './scan.ts';
import { find, string } from './source/find.ts';

interface Instruction {
  name: string;
  text: string;
  /** From 1. */
  line: number;
}

/** The Dockerfile of an app that is an image; of a compose file the usual one. */
function dockerfileOf({ texts }: Repository, { container }: Facts): string | null {
  if (container == null) return null;
  const named = container.file !== null && !/\.ya?ml$/.test(container.file) ? [container.file] : [];
  return [...named, 'Dockerfile', 'Containerfile'].find((path) => texts.has(path)) ?? null;
}

function instructionsOf(repository: Repository, path: string | null): Instruction[] {
  const found: Instruction[] = [];
  let open: Instruction | null = null;
  for (const [index, line] of (path === null ? '' : (repository.texts.get(path) ?? ''))
    .split('\n')
    .entries()) {
    const part = line.trim().slice(0, 2_000);
    if (part === '' || part.startsWith('#')) continue;
    if (open === null) {
      const [, name = '', text = ''] = /^([A-Za-z]+)\s+(.*)$/.exec(part) ?? [];
      open = { name: name.toUpperCase(), text, line: index + 1 };
    } else if (open.text.length < 4_000) open.text += ` ${part}`;
    if (part.endsWith('\\')) open.text = open.text.replace(/\\$/, '');
    else {
      found.push(open);
      open = null;
    }
  }
  return found;
}

/** The commands that an image's file holds, where the app has none of its own; the others as they are. */
export function insideOf(repository: Repository, facts: Facts): Facts {
  const instructions = instructionsOf(repository, dockerfileOf(repository, facts));
  if (instructions.length === 0) return facts;
  const last = (name: string) => instructions.findLast((each) => each.name === name)?.text ?? '';
  const starts = plain(`${last('ENTRYPOINT')} ${last('CMD')}`);
  const builds = instructions.filter(({ name }) => name === 'RUN').map(({ text }) => text);
  return {
    ...facts,
    startCommand: facts.startCommand ?? (starts === '' ? null : starts),
    buildCommand: builds.join(' && ').slice(0, 20_000) || null,
  };
}

/** `["node", "server.js"]` as a line. */
const plain = (text: string) =>
  text
    .replace(/[[\]",]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** What `ENV` sets in the image; the app's own environment counts before it. */
export function imageVariables(repository: Repository, facts: Facts): Environment {
  const instructions = instructionsOf(repository, dockerfileOf(repository, facts));
  const pairs = instructions
    .filter(({ name }) => name === 'ENV')
    .flatMap(({ text }) => [...text.matchAll(/\b([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|(\S*))/g)]);
  return Object.fromEntries(
    pairs.map(([, name = '', ...values]) => [name, values.find((value) => value !== undefined) ?? '']),
  );
}

/** Answers as they are for an app in a container: what it writes goes with each release, and its server's Nginx asks from an address that is not 127.0.0.1. */
export function inContainer(scan: Scan, framework: FrameworkName | null, findings: Findings): Findings {
  if (scan.facts.container == null) return findings;
  return {
    ...findings,
    'local-state': withLoss(scan, findings['local-state'], sharedFolder),
    uploads: withLoss(scan, findings.uploads, null),
    'trusted-proxies': proxiesOf(scan, framework, findings['trusted-proxies']),
  };
}

const sharedFolder: Fix = {
  title: 'Shared folder',
  text: 'Add the folder to the shared folders in the app’s settings: it outlives releases, on each server for itself. What all servers need belongs in the database or object storage.',
  code: null,
};

function withLoss(scan: Scan, finding: Finding, fix: Fix | null): Finding {
  if (finding.status !== 'problem') return finding;
  const path = dockerfileOf(scan.repository, scan.facts);
  const user = instructionsOf(scan.repository, path).findLast(({ name }) => name === 'USER');
  const isOther = user !== undefined && path !== null && !/^(?:root|0)\b/.test(user.text);
  return {
    status: 'problem',
    text: `${finding.text} A container loses it with each release, unless it lies in a shared folder.`,
    evidence: isOther
      ? [
          ...finding.evidence,
          inFile(
            path,
            user.line,
            'the app runs as another user than root, who has to be able to write there',
          ),
        ]
      : finding.evidence,
    fix: fix ?? finding.fix,
  };
}

const anybody =
  'Nobody but its server’s Nginx reaches a container, from an address of its network: believe one proxy, whatever its address.';
const proxyFixes: Partial<Record<FrameworkName, Fix>> = {
  express: { title: 'Express', text: anybody, code: "app.set('trust proxy', 1)" },
  nest: { title: 'NestJS', text: anybody, code: "app.set('trust proxy', 1)" },
  node: { title: 'Node.js', text: anybody, code: "app.set('trust proxy', 1)" },
  fastify: { title: 'Fastify', text: anybody, code: 'fastify({ trustProxy: 1 })' },
  python: { title: 'Python', text: anybody, code: 'FORWARDED_ALLOW_IPS=*' },
};

function proxiesOf(scan: Scan, framework: FrameworkName | null, finding: Finding): Finding {
  switch (framework) {
    case 'laravel':
    case 'wordpress':
    case 'symfony':
    case 'php':
      return phpInContainer(scan);
    case 'express':
    case 'fastify':
    case 'nest':
    case 'node': {
      const local = loopbackAlone(scan, finding);
      return local.status === 'problem' ? { ...local, fix: proxyFixes[framework] ?? null } : local;
    }
    default:
      return finding.status === 'problem' && framework === 'python'
        ? { ...finding, fix: proxyFixes.python ?? null }
        : finding;
  }
}

/** Where 127.0.0.1 alone is believed. */
function loopbackAlone(scan: Scan, finding: Finding): Finding {
  if (finding.status !== 'ok' || finding.evidence.length === 0) return finding;
  const places = finding.evidence.filter(({ path, line }) => {
    const code = path === null ? null : scan.repository.code(path);
    return (
      code !== null &&
      ['loopback', '127.0.0.1', '::1', 'localhost'].some((name) =>
        find(code, [string(name)]).some((at) => code.tokens[at]?.line === line),
      )
    );
  });
  return places.length < finding.evidence.length
    ? finding
    : problem(
        'The app believes a proxy at 127.0.0.1, and a container is asked from another address.',
        ...places,
      );
}

/** The web server is in the image, and PHP sees what it is asked by. */
function phpInContainer({ repository }: Scan): Finding {
  const told = [...repository.texts].find(
    ([path, text]) => path.endsWith('.php') && /trustProxies\(\s*at:\s*['"]\*/.test(text),
  );
  if (told === undefined)
    return withFix(
      unknown(
        'Whether the web server in the container believes the proxy before it can’t be told from here.',
      ),
      'PHP',
      anybody,
    );
  return {
    status: 'ok',
    text: 'The app believes the proxy before it.',
    evidence: [inFile(told[0], null, 'trusts proxies')],
    fix: null,
  };
}
