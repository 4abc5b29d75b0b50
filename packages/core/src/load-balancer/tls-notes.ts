import { partNames } from '../certificate/covers.ts';
import { type CertificateRow, expiryOf } from '../certificate/view.ts';
import type { Fleet } from '../fleet.ts';
import { httpOf } from './http-of.ts';
import type { PlanNote } from './plan-view.ts';
import { tlsOf } from './tls-of.ts';

const info = (text: string): PlanNote => ({ level: 'info', text });
const warning = (text: string): PlanNote => ({ level: 'warning', text });
const days = (seconds: number) => `${Math.max(1, Math.round(seconds / 86_400))} days`;

/** A proxy that comes by plain HTTP is sent to HTTPS, whoever it speaks for: its visitors would go in circles. */
export function proxyNotes(before: Fleet, after: Fleet): PlanNote[] {
  const isForced = ({ loadBalancer }: Fleet) => {
    const { mode, forceHttps } = tlsOf(loadBalancer);
    return mode !== 'off' && forceHttps && httpOf(loadBalancer).trustedProxy !== null;
  };
  if (!isForced(after) || isForced(before)) return [];
  return [
    warning(
      'HTTPS is forced behind a CDN or proxy: have it come by HTTPS too. One that comes by plain HTTP is sent to HTTPS again and again.',
    ),
  ];
}

/** In words: what other TLS settings mean that a diff does not say. Of settings that stay, nothing. */
export function tlsNotes(before: Fleet, after: Fleet, now: Date): PlanNote[] {
  const [from, to] = [tlsOf(before.loadBalancer), tlsOf(after.loadBalancer)];
  const [old, next] = [before.loadBalancer.certificate ?? null, after.loadBalancer.certificate ?? null];
  if (JSON.stringify(from) === JSON.stringify(to) && old?.id === next?.id) return [];
  const wasSaid = from.mode !== 'off' && from.forceHttps ? from.hstsSeconds : 0;
  const notes: PlanNote[] = [];
  if (to.mode === 'off' || !to.forceHttps || to.hstsSeconds === 0) {
    if (wasSaid > 0) {
      notes.push(
        warning(
          `Browsers that were here were told to insist on HTTPS for ${days(wasSaid)}: until then they come by HTTPS alone.`,
        ),
      );
    }
  } else if (to.hstsSeconds !== wasSaid || to.hstsSubdomains !== from.hstsSubdomains) {
    const below = to.hstsSubdomains ? ', for every name below these too' : '';
    notes.push(
      warning(
        `Browsers will insist on HTTPS for ${days(to.hstsSeconds)}${below}. What a browser has heard can not be taken back.`,
      ),
    );
  }
  if (to.mode === 'off') return notes;
  if (from.mode === 'off') {
    notes.push(
      info(
        'Visitors come by port 443 too: open it wherever a firewall stands before the balancer (ufw, the provider’s).',
      ),
    );
  }
  if (next === null) {
    notes.push(
      info(
        'The certificate is ordered right after this change. Until it is here, visitors are served without TLS.',
      ),
    );
    return notes;
  }
  return [
    ...notes,
    ...(old?.id === next.id ? [] : certificateNotes(after, next, now)),
    ...namesNotes(after, next),
  ];
}

function certificateNotes({ app }: Fleet, row: CertificateRow, now: Date): PlanNote[] {
  return [
    ...(row.trusted
      ? []
      : [
          warning(
            `Browsers do not know the authority ${row.issuer}: visitors of ${app.name} are warned, unless their browsers were told of it or an issuer is missing from the chain.`,
          ),
        ]),
    ...(expiryOf(row, now) === 'far'
      ? []
      : [warning(`The certificate ends on ${row.notAfter.toISOString().slice(0, 10)}.`)]),
  ];
}

function namesNotes({ app }: Fleet, { names }: CertificateRow): PlanNote[] {
  const { others } = partNames(names, app.domains);
  if (others.length === 0) return [];
  return [
    warning(
      `The certificate is not for ${others.join(', ')}: visitors of ${others.length === 1 ? 'that name' : 'those names'} are served without TLS.`,
    ),
  ];
}
