import type { Slug } from './spec.ts';

/** Files and sockets on a server that rendered configurations name; Ansible makes the directories. */
export const nginxPaths = {
  /** Text: `renderBase()`; Ansible's alone. */
  base: '/etc/nginx/conf.d/fairlead.conf',
  /** Directory of fronts and backend sites (`*.conf`); the host program's alone. */
  sites: '/etc/nginx/fairlead/http',
  /** Text: `renderStreamBase()`; Ansible's alone. */
  streamBase: '/etc/nginx/modules-enabled/90-fairlead-stream.conf',
  /** Directory of apps' streams (`*.conf`), included by the `stream` block; the host program's alone. */
  streams: '/etc/nginx/fairlead/stream',
  /** Directory of what the host program says is served: `location = /front/shop { return 200 "7:<sha256>"; }`, `*.conf`. */
  status: '/etc/nginx/fairlead/status',
  /** Unix socket of the status server. Must go before Nginx starts: one left behind by a killed Nginx keeps the next from binding it. */
  statusSocket: '/run/fairlead/nginx.sock',
  /** Exists while a reload is under way on an Nginx before 1.27.4: every answer then asks its client to connect anew. See docs/adr/0004. */
  closing: '/run/fairlead/closing',
  /** `<here>/.well-known/acme-challenge/<token>`; must be readable for Nginx's workers. */
  acmeRoot: '/var/lib/fairlead-acme',
  /** `<here>/<app>/<sha256>.pem` and `.key`; the host program's alone, for root to read. */
  certificates: '/etc/fairlead/certificates',
} as const;

/** The file of an app's certificate and the chain behind it. @param certificate SHA-256 of the file's bytes, 64 hex digits */
export function certificatePath(app: Slug, certificate: string): string {
  return `${nginxPaths.certificates}/${app}/${certificate}.pem`;
}

/** The file of that certificate's key. */
export function certificateKeyPath(app: Slug, certificate: string): string {
  return `${nginxPaths.certificates}/${app}/${certificate}.key`;
}

/** The file of a backend's own certificate. Its directory is no app's: names of apps hold no dot. */
export function backendCertificatePath(app: Slug, certificate: string): string {
  return `${nginxPaths.certificates}/${app}.backend/${certificate}.pem`;
}

/** The file of that certificate's key. */
export function backendCertificateKeyPath(app: Slug, certificate: string): string {
  return `${nginxPaths.certificates}/${app}.backend/${certificate}.key`;
}
