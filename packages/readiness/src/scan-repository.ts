import { imageVariables, inContainer, insideOf } from './container.ts';
import { detectFramework } from './detect.ts';
import { type Finding, type PointKey, pointKeys, unknown } from './finding.ts';
import { fixFor } from './fixes.ts';
import { hiddenIn } from './hidden.ts';
import type { ScanInput } from './input.ts';
import { judgeNode } from './node/node.ts';
import { judgeLaravel } from './php/laravel.ts';
import { judgePhp } from './php/plain.ts';
import { judgeSymfony } from './php/symfony.ts';
import { judgeWordPress } from './php/wordpress.ts';
import { judgeDjango } from './python/django.ts';
import { judgePython } from './python/python.ts';
import { openRepository } from './repository.ts';
import type { Findings, FrameworkName, Scan } from './scan.ts';
import { judgeStatic } from './static.ts';
import { readVariables } from './variables.ts';

export interface ScanResult {
  framework: FrameworkName | null;
  findings: Record<PointKey, Finding>;
}

/**
 * Answers the points of the checklist from a repository's tree and the environment, without running anything of it. Time and memory grow with the length of
 * what is read; nothing that is read makes it fail.
 */
export function scanRepository({ tree, environment, facts }: ScanInput): ScanResult {
  const repository = openRepository(tree);
  const scan: Scan = {
    repository,
    hidden: null,
    facts: insideOf(repository, facts),
    variables: readVariables(repository, { ...imageVariables(repository, facts), ...environment }, [
      '.env',
      '.env.production',
      '.env.prod',
    ]),
  };
  const framework = detectFramework(scan);
  scan.hidden = hiddenIn(scan, framework);
  const findings = inContainer(scan, framework, judge(scan, framework));
  for (const key of pointKeys) findings[key] = withFixOf(findings[key], key, framework);
  return { framework, findings };
}

function judge(scan: Scan, framework: FrameworkName | null): Findings {
  switch (framework) {
    case 'laravel':
      return judgeLaravel(scan);
    case 'wordpress':
      return judgeWordPress(scan);
    case 'symfony':
      return judgeSymfony(scan);
    case 'php':
      return judgePhp(scan);
    case 'django':
      return judgeDjango(scan);
    case 'flask':
    case 'python':
      return judgePython(scan, framework);
    case 'next':
    case 'nest':
    case 'fastify':
    case 'express':
    case 'node':
      return judgeNode(scan, framework);
    case 'static':
      return judgeStatic();
    case null:
      return nothingKnown();
  }
}

function nothingKnown(): Findings {
  const finding = unknown('What the app is made with was not recognised.');
  return Object.fromEntries(pointKeys.map((key) => [key, finding])) as Findings;
}

/** What is in order needs no fix; for the rest, the framework's, unless the finding has its own. */
function withFixOf(finding: Finding, key: PointKey, framework: FrameworkName | null): Finding {
  if (finding.status === 'ok' || finding.fix !== null) return finding;
  return { ...finding, fix: fixFor(key, framework) };
}
