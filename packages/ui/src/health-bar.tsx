'use client';
import { clsx } from 'clsx';
import { useState } from 'react';

export type HealthSlot = 'healthy' | 'unhealthy' | 'partial' | 'unknown';

export interface HealthBarSlot {
  state: HealthSlot;
  /** Hover text: when, and what was seen. */
  title?: string;
}

const slotHeight: Record<HealthSlot, number> = { healthy: 24, partial: 24, unhealthy: 24, unknown: 8 };
const slotFill: Record<HealthSlot, string> = {
  healthy: 'fill-healthy/85',
  partial: 'fill-draining',
  unhealthy: 'fill-unhealthy',
  unknown: 'fill-unknown',
};

/** `88 of 90 slots healthy, 2 unhealthy`: what the bars say, in words. */
export function describeHealth(slots: HealthBarSlot[]): string {
  const count = (state: HealthSlot) => slots.filter((slot) => slot.state === state).length;
  const known = slots.length - count('unknown');
  if (known === 0) return 'No health history yet';
  const parts = [`${count('healthy')} of ${known} intervals healthy`];
  if (count('partial') > 0) parts.push(`${count('partial')} partly healthy`);
  if (count('unhealthy') > 0) parts.push(`${count('unhealthy')} unhealthy`);
  return parts.join(', ');
}

interface HealthBarProps {
  slots: HealthBarSlot[];
  /** Whose health it is. */
  label: string;
  className?: string;
}

/** History as bars, oldest first. A bad stretch has a notch below it, so that colour is not alone in saying it. */
export function HealthBar({ slots, label, className }: HealthBarProps) {
  const [hovered, setHovered] = useState<number | null>(null);
  const title = hovered === null ? undefined : slots[hovered]?.title;
  return (
    <div className={clsx('relative', className)}>
      <svg
        role="img"
        aria-label={`${label}: ${describeHealth(slots)}`}
        viewBox={`0 0 ${slots.length * 4} 28`}
        preserveAspectRatio="none"
        className="block h-6 w-full"
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          setHovered(Math.floor(((event.clientX - box.left) / box.width) * slots.length));
        }}
        onPointerLeave={() => setHovered(null)}
      >
        {slots.map((slot, index) => (
          <g
            // biome-ignore lint/suspicious/noArrayIndexKey: a slot is its place
            key={index}
            className={clsx(slotFill[slot.state], hovered !== null && hovered !== index && 'opacity-60')}
          >
            <rect
              x={index * 4 + 0.5}
              width={3}
              y={24 - slotHeight[slot.state]}
              height={slotHeight[slot.state]}
              rx={0.75}
            />
            {slot.state === 'unhealthy' || slot.state === 'partial' ? (
              <rect x={index * 4 + 0.5} width={3} y={26} height={2} />
            ) : null}
          </g>
        ))}
      </svg>
      {title && hovered !== null ? (
        <div
          className="pointer-events-none absolute bottom-full z-10 mb-1.5 whitespace-nowrap rounded-md bg-ink px-2 py-1 text-on-ink text-xs"
          style={
            hovered < slots.length / 2
              ? { left: `${(hovered / slots.length) * 100}%` }
              : { right: `${(1 - (hovered + 1) / slots.length) * 100}%` }
          }
        >
          {title}
        </div>
      ) : null}
    </div>
  );
}
