export { bracketed } from './address.ts';
export { type AdoptedFront, adoptFront } from './adopt.ts';
export { renderBackend } from './backend.ts';
export { renderBackendGrpc } from './backend-grpc.ts';
export * from './backend-spec.ts';
export { renderBase } from './base.ts';
export * from './canary-settings.ts';
export {
  capabilitiesOf,
  hasHttp2,
  hasHttp2Directive,
  hasIpv6,
  hasKeepaliveMinTimeout,
  hasLeastTime,
  hasRealIp,
  hasSticky,
  hasStream,
  hasStreamServerNames,
  hasTls,
  hasUpstreamResolve,
  needsAnnouncedReloads,
  parseCapabilities,
  upstreamKeepaliveByDefault,
} from './capabilities.ts';
export { type ForeignFile, type ForeignSettings, readForeign } from './foreign.ts';
export type { LoadedFile } from './foreign-files.ts';
export { renderFront } from './front.ts';
export * from './front-spec.ts';
export { hasPlainGrpc } from './grpc.ts';
export { type FileKind, type ManagedHeader, type RenderedConfig, readHeader } from './header.ts';
export * from './http-settings.ts';
export { canaryLogPath, canaryUpstreamName, frontUpstreamName, localUpstreamName } from './names.ts';
export { parseConfig } from './parse.ts';
export {
  backendCertificateKeyPath,
  backendCertificatePath,
  certificateKeyPath,
  certificatePath,
  nginxPaths,
} from './paths.ts';
export { readBackend, readFront } from './read.ts';
export { readStreams } from './read-stream.ts';
export { serialise } from './serialise.ts';
export { snippetLine } from './snippet.ts';
export * from './spec.ts';
export { renderStreams } from './stream.ts';
export { renderStreamBase } from './stream-base.ts';
export * from './stream-settings.ts';
export * from './stream-spec.ts';
export type { Block, Comment, ConfigNode, Directive } from './tree.ts';
