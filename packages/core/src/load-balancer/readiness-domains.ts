import type { Evidence, Finding } from '@fairlead/readiness';
import type { DomainView } from '../app/domains-at.ts';

/** Whether every name of an app leads to its balancer. */
export function judgeDomains(domains: readonly DomainView[]): Finding {
  if (domains.length === 0)
    return finding('ok', 'The app has no domains; it is reached by the balancer’s address.', []);
  const astray = domains.filter(({ points }) => points !== 'here' && points !== 'unknown');
  if (astray.length > 0) return finding('problem', 'Not every name leads to the balancer.', astray);
  const unknown = domains.filter(({ points }) => points === 'unknown');
  if (unknown.length > 0) return finding('unknown', 'The DNS did not answer for every name.', unknown);
  return finding('ok', 'Every name leads to the balancer.', domains);
}

function finding(status: Finding['status'], text: string, domains: readonly DomainView[]): Finding {
  const evidence = domains.slice(0, 5).map(
    (domain): Evidence => ({
      path: null,
      line: null,
      variable: null,
      text: `${domain.name}: ${domain.text}`,
    }),
  );
  return { status, text, evidence, fix: null };
}
