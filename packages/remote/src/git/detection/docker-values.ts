import type { Service } from './compose.ts';
import { type Dockerfile, resolved } from './dockerfile.ts';
import type { Evidence } from './guess.ts';

/** A value and where it was read. */
export interface Found<T> {
  value: T;
  evidence: Evidence[];
}

function portFound(value: number, file: string, line: number, says: string): Found<number> {
  return { value, evidence: [{ field: 'containerPort', file, line, says }] };
}

export const servicePort = (service: Service | null, file: string): Found<number> | null =>
  service?.port ? portFound(service.port.value, file, service.port.line, `${service.name}’s port`) : null;

/** What `EXPOSE` names, of several the one that is `PORT` or the first; else `ENV PORT`. */
export function portOf({ instructions, variables }: Dockerfile, file: string): Found<number> | null {
  const named = variables.get('PORT');
  const wished = named === undefined ? null : portNumber(resolved(named.value, variables) ?? '');
  const exposed = instructions
    .filter(({ name }) => name === 'EXPOSE')
    .flatMap(({ text, line }) => text.split(/[ \t]+/).map((word) => ({ word, line })))
    .flatMap(({ word, line }) => {
      const [, port = '', protocol = 'tcp'] = /^([^/]*)(?:\/(\w+))?$/.exec(word) ?? [];
      const value = portNumber(resolved(port, variables) ?? '');
      return value === null || protocol.toLowerCase() !== 'tcp' ? [] : [{ value, line }];
    });
  const chosen = exposed.find(({ value }) => value === wished) ?? exposed[0];
  if (chosen !== undefined) return portFound(chosen.value, file, chosen.line, 'EXPOSE names it');
  return named === undefined || wished === null
    ? null
    : portFound(wished, file, named.line, 'PORT is set to it');
}

function portNumber(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port > 0 && port < 65_536 ? port : null;
}

/** The path that an HTTP check on the container itself asks for. */
function healthIn(text: string, file: string, line: number): Found<string> | null {
  const at =
    /https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::[^/\s'"|]{0,40})?(\/[A-Za-z0-9._~/-]{0,200})(?=$|[\s'"|])/.exec(
      text,
    );
  const path = at?.[1];
  if (path === undefined || /\/\/|\/\.{1,2}(?:\/|$)/.test(path)) return null;
  return { value: path, evidence: [{ field: 'healthPath', file, line, says: 'its own check asks for it' }] };
}

export function healthOf({ instructions }: Dockerfile, file: string): Found<string> | null {
  const last = instructions.findLast(({ name }) => name === 'HEALTHCHECK');
  return last === undefined ? null : healthIn(last.text, file, last.line);
}

export const serviceHealth = (service: Service | null, file: string): Found<string> | null =>
  service?.healthcheck ? healthIn(service.healthcheck.text, file, service.healthcheck.line) : null;
