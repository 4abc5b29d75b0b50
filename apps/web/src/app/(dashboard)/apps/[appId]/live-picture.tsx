'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { CopyButton, StateBadge, stateLook, toneClasses } from '@fairlead/ui';
import { clsx } from 'clsx';
import { Database, Globe, Scale, Server } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useId } from 'react';
import { formatSocket } from '../../../../parts/units.ts';
import { methodName } from './load-balancer/methods.ts';
import { type Picture, type PictureBackend, pictureOf } from './picture.ts';

const ROW_PX = 72;
const GAP_PX = 12;
/** Middle of the n-th backend's card. */
const middleOf = (index: number) => index * (ROW_PX + GAP_PX) + ROW_PX / 2;

function Node({
  icon,
  title,
  detail,
  children,
}: {
  icon: ReactNode;
  title: ReactNode;
  detail: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className="flex min-w-0 items-center gap-3 rounded-lg border bg-raised px-3 py-2.5 shadow-card">
      <span aria-hidden className="text-ink-muted [&_svg]:size-4.5">
        {icon}
      </span>
      <div className="min-w-0 flex-1">
        <div className="truncate font-medium text-sm">{title}</div>
        <div className="flex items-center gap-1 truncate text-ink-muted text-xs">{detail}</div>
      </div>
      {children}
    </div>
  );
}

function BackendNode({ backend }: { backend: PictureBackend }) {
  return (
    <div
      style={{ minHeight: ROW_PX }}
      className={clsx(
        'relative flex min-w-0 items-center gap-3 rounded-lg border bg-raised px-3 shadow-card',
        !backend.serving && 'border-dashed bg-surface shadow-none',
      )}
    >
      <Server aria-hidden className="size-4.5 shrink-0 text-ink-muted" strokeWidth={1.75} />
      <div className="flex min-w-0 flex-1 flex-col gap-0.5">
        <div className="flex min-w-0 items-center justify-between gap-2">
          <span className="flex min-w-0 items-baseline gap-2">
            <Link
              href={`/servers/${backend.serverId}`}
              className="truncate rounded-sm font-medium text-sm hover:underline"
            >
              {backend.name}
            </Link>
            {backend.primary ? <span className="text-ink-faint text-xs">primary</span> : null}
          </span>
          <StateBadge state={backend.state} />
        </div>
        <div className="flex min-w-0 items-center justify-between gap-2">
          <span className="flex shrink-0 items-center gap-1">
            <code className="font-mono text-ink-muted text-xs">{backend.address}</code>
            <CopyButton
              text={formatSocket(backend.address, backend.port)}
              label={`Copy address of ${backend.name}`}
              className="size-5"
            />
          </span>
          {backend.reason && backend.tone === 'unhealthy' ? (
            <span className="truncate text-ink-muted text-xs max-lg:hidden" title={backend.reason}>
              {backend.reason}
            </span>
          ) : null}
        </div>
      </div>
    </div>
  );
}

/** A line from one height to another, in the colour of what travels on it. */
function Edge({ from, to, backend }: { from: number; to: number; backend: PictureBackend }) {
  const path = `M0 ${from} C 50 ${from}, 50 ${to}, 100 ${to}`;
  const flowing = backend.serving && backend.tone === 'healthy';
  return (
    <g
      fill="none"
      className={clsx(
        backend.serving ? toneClasses[backend.tone].stroke : 'stroke-disabled',
        !backend.serving && 'opacity-70',
      )}
    >
      <path
        d={path}
        vectorEffect="non-scaling-stroke"
        strokeWidth={1.5}
        strokeDasharray={backend.serving && backend.tone !== 'unhealthy' ? undefined : '3 4'}
        className={flowing ? 'opacity-35' : undefined}
      />
      {flowing ? (
        <path
          d={path}
          vectorEffect="non-scaling-stroke"
          strokeWidth={1.5}
          strokeDasharray="4 10"
          className="animate-flow motion-reduce:hidden"
        />
      ) : null}
    </g>
  );
}

function Edges({
  backends,
  height,
  reverse,
  label,
}: {
  backends: PictureBackend[];
  height: number;
  reverse?: boolean;
  label?: boolean;
}) {
  const middle = height / 2;
  return (
    <div aria-hidden className="relative" style={{ height }}>
      <svg
        aria-hidden
        viewBox={`0 0 100 ${height}`}
        preserveAspectRatio="none"
        className="absolute inset-0 size-full overflow-visible"
      >
        {backends.map((backend, index) => (
          <Edge
            key={backend.id}
            backend={backend}
            from={reverse ? middleOf(index) : middle}
            to={reverse ? middle : middleOf(index)}
          />
        ))}
      </svg>
      {label
        ? backends.map((backend, index) => (
            <span
              key={backend.id}
              className={clsx(
                'tabular absolute right-1 -translate-y-1/2 whitespace-nowrap rounded-full bg-surface px-1.5 text-xs',
                backend.serving ? toneClasses[backend.tone].text : 'text-ink-faint',
              )}
              style={{ top: middleOf(index) }}
            >
              {backend.serving ? (backend.latency ?? stateLook(backend.state).word) : 'no requests'}
            </span>
          ))
        : null}
    </div>
  );
}

interface Parts {
  app: App;
  balancer: LoadBalancer;
  picture: Picture;
}

function ClientsNode({ app }: { app: App }) {
  return (
    <Node
      icon={<Globe strokeWidth={1.75} />}
      title="Clients"
      detail={<span className="truncate">{app.domains[0] ?? 'by address'}</span>}
    />
  );
}

function BalancerNode({ balancer }: { balancer: LoadBalancer }) {
  const { name, address, id } = balancer.balancerServer;
  return (
    <Node
      icon={<Scale strokeWidth={1.75} />}
      title={
        <>
          <Link href={`/servers/${id}`} className="rounded-sm hover:underline">
            {name}
          </Link>{' '}
          <span className="font-normal text-ink-faint text-xs">Nginx</span>
        </>
      }
      detail={
        <>
          <code className="truncate font-mono">{address}</code>
          <CopyButton text={address} label={`Copy address of the balancer ${name}`} className="size-5" />
        </>
      }
    />
  );
}

function DatabaseNode({ picture }: { picture: Picture }) {
  const { database } = picture;
  if (!database) return null;
  return (
    <Node
      icon={<Database strokeWidth={1.75} />}
      title={
        <>
          {database.name} <span className="font-normal text-ink-faint text-xs">on {database.server}</span>
        </>
      }
      detail={
        <>
          <code className="truncate font-mono">{database.address}</code>
          <CopyButton text={database.address} label="Copy address of the database" className="size-5" />
        </>
      }
    />
  );
}

/** From left to right, where there is room. */
function WidePicture({ app, balancer, picture }: Parts) {
  const { backends, database } = picture;
  const height = Math.max(1, backends.length) * (ROW_PX + GAP_PX) - GAP_PX;
  return (
    <div
      className={clsx(
        'grid items-center max-lg:hidden',
        database
          ? 'grid-cols-[10.5rem_minmax(1.25rem,0.3fr)_10.5rem_minmax(5.5rem,1fr)_minmax(15rem,18.5rem)_minmax(2.25rem,0.4fr)_13rem]'
          : 'grid-cols-[10rem_minmax(1.5rem,0.35fr)_12.5rem_minmax(6rem,1fr)_minmax(16rem,22rem)]',
      )}
    >
      <ClientsNode app={app} />
      <div aria-hidden className="h-px bg-line-strong" />
      <div className="relative">
        <BalancerNode balancer={balancer} />
        {balancer.enabled ? (
          <span className="absolute inset-x-0 top-full mt-1.5 text-center text-ink-faint text-xs">
            {methodName(balancer.method)}
          </span>
        ) : null}
      </div>
      <Edges backends={backends} height={height} label />
      <ul className="flex flex-col" style={{ gap: GAP_PX }}>
        {backends.map((backend) => (
          <li key={backend.id}>
            <BackendNode backend={backend} />
          </li>
        ))}
      </ul>
      {database ? (
        <>
          <Edges
            backends={backends.map((each) => ({ ...each, tone: each.serving ? each.tone : 'disabled' }))}
            height={height}
            reverse
          />
          <DatabaseNode picture={picture} />
        </>
      ) : null}
    </div>
  );
}

function Rail({ tone, dashed }: { tone?: PictureBackend['tone']; dashed?: boolean }) {
  return (
    <span
      aria-hidden
      className={clsx(
        'ml-7 block h-5 w-0 border-l-2',
        dashed ? 'border-dashed' : 'border-solid',
        !tone && 'border-line-strong',
      )}
      style={tone ? { borderColor: `var(--color-${tone})` } : undefined}
    />
  );
}

/** What stands below a backend where there is no room on the edge. */
function sayRequests({ serving, latency, reason, tone }: PictureBackend): string {
  if (!serving) return 'given no requests';
  if (tone === 'unhealthy' && reason) return latency ? `${reason}, in ${latency}` : reason;
  return latency ? `answered in ${latency}` : 'not measured yet';
}

/** From top to bottom, on a phone. */
function TallPicture({ app, balancer, picture }: Parts) {
  return (
    <div className="lg:hidden">
      <ClientsNode app={app} />
      <Rail />
      <BalancerNode balancer={balancer} />
      <ul className="ml-7">
        {picture.backends.map((backend) => (
          <li
            key={backend.id}
            className="relative pt-3 pl-6 before:absolute before:top-0 before:left-0 before:h-full before:border-line-strong before:border-l-2 last:before:h-[calc(50%+0.375rem)]"
          >
            <span
              aria-hidden
              className={clsx(
                'absolute top-[calc(50%+0.375rem)] left-0 w-6 border-t-2',
                !backend.serving && 'border-dashed',
              )}
              style={{ borderColor: `var(--color-${backend.serving ? backend.tone : 'disabled'})` }}
            />
            <BackendNode backend={backend} />
            <span className="tabular mt-1 block pl-1 text-ink-muted text-xs">{sayRequests(backend)}</span>
          </li>
        ))}
      </ul>
      {picture.database ? (
        <>
          <Rail dashed />
          <DatabaseNode picture={picture} />
        </>
      ) : null}
    </div>
  );
}

/** Clients → balancer → backends → database, with state, latency and address on each. */
export function LivePicture({ app, balancer }: { app: App; balancer: LoadBalancer }) {
  const picture = pictureOf(app, balancer);
  const id = useId();
  return (
    <figure aria-label="The way of a request" aria-describedby={id}>
      <WidePicture app={app} balancer={balancer} picture={picture} />
      <TallPicture app={app} balancer={balancer} picture={picture} />
      <figcaption id={id} className="sr-only">
        {picture.words}
      </figcaption>
    </figure>
  );
}
