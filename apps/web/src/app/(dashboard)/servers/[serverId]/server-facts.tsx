import type { Server } from '@fairlead/api/types';
import { Copyable, KeyValue, type KeyValueRow, Panel, ProgressBar, RelativeTime } from '@fairlead/ui';
import { TextLink } from '../../../../parts/text-link.tsx';
import { count, formatBytes, formatMemory, formatSocket } from '../../../../parts/units.ts';

function uptime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  return days > 0 ? count(days, 'day') : count(Math.max(1, Math.floor(seconds / 3600)), 'hour');
}

function connectionRows(server: Server): KeyValueRow[] {
  const rows: KeyValueRow[] = [
    {
      label: 'SSH',
      value: (
        <Copyable
          text={`ssh -p ${server.port} ${server.user}@${server.address}`}
          label="Copy SSH command"
          shown={`${server.user}@${formatSocket(server.address, server.port)}`}
        />
      ),
    },
  ];
  if (server.ipAddress && server.ipAddress !== server.address) {
    rows.push({ label: 'Resolves to', value: <Copyable text={server.ipAddress} label="Copy IP address" /> });
  }
  if (server.privateAddress) {
    rows.push({
      label: 'Private address',
      value: <Copyable text={server.privateAddress} label="Copy private address" />,
    });
  }
  if (server.jumpServerId) {
    rows.push({
      label: 'Jump host',
      value: <TextLink href={`/servers/${server.jumpServerId}`}>{server.jumpServerName}</TextLink>,
    });
  }
  rows.push({
    label: 'Fingerprint',
    value: server.hostKeyFingerprint ? (
      <Copyable text={server.hostKeyFingerprint} label="Copy fingerprint" />
    ) : (
      <span className="text-ink-faint">not confirmed yet</span>
    ),
  });
  return rows;
}

function machineRows({ facts }: Server): KeyValueRow[] {
  if (!facts) return [];
  const used = facts.diskTotalBytes - facts.diskFreeBytes;
  const share = used / facts.diskTotalBytes;
  return [
    { label: 'System', value: facts.os.prettyName },
    { label: 'Kernel', value: `${facts.kernel} · ${facts.architecture}` },
    { label: 'Cores', value: <span className="tabular">{facts.cores}</span> },
    { label: 'Memory', value: <span className="tabular">{formatMemory(facts.memoryBytes)}</span> },
    {
      label: 'Disk',
      value: (
        <span className="w-full max-w-64">
          <span className="tabular">
            {formatBytes(facts.diskFreeBytes)} of {formatBytes(facts.diskTotalBytes)} free
          </span>
          <ProgressBar
            className="mt-1.5"
            share={share}
            label="Disk used"
            tone={share > 0.9 ? 'unhealthy' : 'disabled'}
          />
        </span>
      ),
    },
    {
      label: 'Addresses',
      value: (
        <span className="flex min-w-0 flex-col gap-1">
          {facts.addresses.map(({ address, interface: name }) => (
            <span key={address} className="flex min-w-0 items-center gap-2">
              <Copyable text={address} label={`Copy ${address}`} />
              <span className="text-ink-faint text-xs">{name}</span>
            </span>
          ))}
        </span>
      ),
    },
    { label: 'Up for', value: uptime(facts.uptimeSeconds) },
  ];
}

/** Tailored to the question "what is this machine?". */
export function ServerFactsPanel({ server }: { server: Server }) {
  return (
    <Panel title="Machine">
      <KeyValue rows={[...connectionRows(server), ...machineRows(server)]} className="-my-2.5" />
      {server.facts ? null : (
        <p className="mt-4 border-t pt-3 text-ink-muted text-sm">
          The rest is read when the connection works. Added <RelativeTime at={server.createdAt} />.
        </p>
      )}
    </Panel>
  );
}
