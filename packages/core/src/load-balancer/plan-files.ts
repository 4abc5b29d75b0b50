import type { Server } from '@fairlead/db';
import {
  type BackendGrpcSpec,
  type BackendSpec,
  capabilitiesOf,
  type NginxCapabilities,
  nginxPaths,
  renderBackend,
  renderBackendGrpc,
  renderFront,
  renderStreams,
} from '@fairlead/nginx';
import { createTwoFilesPatch } from 'diff';
import type { DesiredBackendState, DesiredState } from '../desired.ts';
import { backendSpecHash, notIssued } from '../desired-nginx.ts';
import { factsOf } from '../server/facts.ts';
import type { PlannedFile } from './plan-view.ts';

/** Debian 12's Nginx: what a server gets that has none yet. */
const assumed = capabilitiesOf({
  version: '1.22.1',
  modules: ['http_realip', 'http_v2', 'http_ssl', 'stream'],
});

export function capabilitiesOfServer(server: Server | undefined): NginxCapabilities {
  const facts = factsOf(server?.facts);
  return facts?.nginx == null ? assumed : capabilitiesOf(facts.nginx);
}

/** A unified diff; `''` for equal texts. A missing file is `/dev/null`, as in Git. */
export function unifiedDiff(path: string, before: string | null, after: string | null): string {
  if (before === after) return '';
  const name = (text: string | null) => (text === null ? '/dev/null' : path);
  return createTwoFilesPatch(name(before), name(after), before ?? '', after ?? '', undefined, undefined, {
    context: 3,
  });
}

/** A file before and after; none where nothing changes. */
export function plannedFile(path: string, before: string | null, after: string | null): PlannedFile[] {
  return before === after ? [] : [{ path, before, after, diff: unifiedDiff(path, before, after) }];
}

/** A file with a word in place of the names that certificates get when they are issued. */
function shown(content: string): string {
  return content.replaceAll(notIssued, 'issued-with-this-change');
}

export function sitePath(kind: 'front' | 'backend', slug: string): string {
  return `${nginxPaths.sites}/${slug}.${kind}.conf`;
}

export function streamsPath(slug: string): string {
  return `${nginxPaths.streams}/${slug}.stream.conf`;
}

function grpcPath(slug: string): string {
  return `${nginxPaths.streams}/${slug}.grpc.conf`;
}

/**
 * Files of one server before and after.
 * @param applied texts of the front and the streams that were applied on it last, if they are known
 */
export function planFiles(
  slug: string,
  server: Server,
  before: DesiredState,
  after: DesiredState,
  applied: { appliedFront: string | null; appliedStreams: string | null },
): PlannedFile[] {
  const capabilities = capabilitiesOfServer(server);
  const here = ({ fronts }: DesiredState) => fronts.find(({ serverId }) => serverId === server.id);
  const front = (state: DesiredState) => {
    const spec = here(state)?.spec;
    return spec === undefined ? null : shown(renderFront(spec, capabilities).content);
  };
  const streams = (state: DesiredState, known: string | null) => {
    const spec = here(state)?.streams ?? null;
    return spec === null ? null : (known ?? renderStreams(spec, capabilities).content);
  };
  const placeOf = (state: DesiredState) => state.backends.find(({ serverId }) => serverId === server.id);
  const backend = (spec: BackendSpec | null) =>
    spec === null ? null : shown(renderBackend(spec, capabilities).content);
  const grpc = (spec: BackendGrpcSpec | null) =>
    spec === null ? null : shown(renderBackendGrpc(spec).content);
  const hashOf = (place: DesiredBackendState | undefined) =>
    place?.spec == null ? null : backendSpecHash(place.spec, place.grpc);
  const [from, to] = [placeOf(before), placeOf(after)];
  const isSame = hashOf(from) !== null && hashOf(from) === hashOf(to);
  return [
    ...plannedFile(
      sitePath('front', slug),
      front(before) === null ? null : (applied.appliedFront ?? front(before)),
      front(after),
    ),
    ...plannedFile(streamsPath(slug), streams(before, applied.appliedStreams), streams(after, null)),
    ...(isSame
      ? []
      : [
          ...plannedFile(sitePath('backend', slug), backend(from?.spec ?? null), backend(to?.spec ?? null)),
          ...plannedFile(grpcPath(slug), grpc(from?.grpc ?? null), grpc(to?.grpc ?? null)),
        ]),
  ];
}
