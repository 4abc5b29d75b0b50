export type { AnsibleEvent } from './ansible/events.ts';
export { type PlaybookResult, type PlaybookRun, runPlaybook } from './ansible/run-playbook.ts';
export type { AnsibleValue } from './ansible/unsafe-vars.ts';
export {
  type ConnectionCheckKey,
  type ConnectionCheckResult,
  checkConnection,
  connectionChecks,
} from './check/connection-check.ts';
export type { ConnectLimits } from './connect.ts';
export type { SshConnection } from './connection.ts';
export type { ExecOptions, ExecResult } from './exec.ts';
export { type HostCallOptions, HostClient, type HostClientOptions } from './host-client.ts';
export { fingerprintOf, formatHostKey, type HostKey, parseHostKey } from './host-key.ts';
export { type OfferedHostKey, scanHostKey } from './host-key-scan.ts';
export type { HostLog, HostProgress } from './host-message.ts';
export * from './host-protocol.ts';
export { authorizeLine, createKeyPair, type KeyPair, publicKeyOf } from './key-pair.ts';
export { SshPool, type SshPoolOptions } from './pool.ts';
export { healthyStatuses, type ProbeFault, type ProbeResult } from './probe/probe-result.ts';
export { type ProbeRequest, Prober, type ProberOptions } from './probe/prober.ts';
export { maxJumps, type SshTarget } from './target.ts';
