'use client';
import type { HealthRead } from '@fairlead/api/types';
import { HealthBar, Panel, RelativeTime, StateBadge } from '@fairlead/ui';
import { backendSlots } from '../../../../../parts/health-slots.ts';
import { TextLink } from '../../../../../parts/text-link.tsx';
import { formatLatency, formatShare } from '../../../../../parts/units.ts';
import { LastChecks } from './last-checks.tsx';
import { LatencyChart } from './latency-chart.tsx';

type Backend = HealthRead['backends'][number];
const windowNames: Record<number, string> = { 1: '1 h ago', 24: '24 h ago', 168: '7 days ago' };

/** The state in a sentence: since when, and why. */
function Sentence({ backend }: { backend: Backend }) {
  const { reason, health, changedAt, latencyMs, status } = backend;
  return (
    <p className="text-ink-muted text-sm">
      {health === 'unhealthy' && reason ? <span className="text-unhealthy-ink">{reason}</span> : null}
      {health === 'healthy' && status !== null ? `Answered ${status}` : null}
      {health === 'healthy' && latencyMs !== null ? ` in ${formatLatency(latencyMs)}` : null}
      {health === 'unknown'
        ? (reason ?? 'Not checked: the balancer is out of reach, or nothing is deployed yet')
        : null}
      {health === 'deploying' ? 'Being deployed' : null}
      {changedAt && (health === 'healthy' || health === 'unhealthy') ? (
        <>
          , {health} since <RelativeTime at={changedAt} />
        </>
      ) : null}
    </p>
  );
}

/** One backend: how it is, how it was, and how fast. */
export function BackendHealth({ backend, hours }: { backend: Backend; hours: number }) {
  const measured = backend.bars.some((bar) => bar.latencyMs !== null);
  return (
    <Panel>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          <h2 className="flex flex-wrap items-center gap-x-3 text-base">
            <TextLink href={`/servers/${backend.serverId}`}>{backend.serverName}</TextLink>
            <StateBadge state={backend.health} />
            {backend.desired === 'disabled' ? (
              <span className="font-normal text-ink-faint text-sm">given no requests</span>
            ) : null}
          </h2>
          <Sentence backend={backend} />
        </div>
        <div className="text-right max-sm:text-left">
          <p className="tabular text-lg">{backend.uptime === null ? '–' : formatShare(backend.uptime)}</p>
          <p className="text-ink-faint text-xs">of checks healthy</p>
        </div>
      </div>
      <HealthBar
        className="mt-4"
        label={`Health of ${backend.serverName}`}
        slots={backendSlots(backend.bars)}
      />
      <p className="mt-1 flex justify-between text-ink-faint text-xs">
        <span>{windowNames[hours] ?? `${hours} h ago`}</span>
        <span>now</span>
      </p>
      {measured ? (
        <div className="mt-4">
          <LatencyChart bars={backend.bars} label={`Latency of ${backend.serverName}`} />
        </div>
      ) : null}
      {backend.last.length > 0 ? <LastChecks checks={backend.last} /> : null}
    </Panel>
  );
}
