'use client';
import type { HealthRead } from '@fairlead/api/types';
import { useState } from 'react';
import { formatLatency } from '../../../../../parts/units.ts';
import { latencyScale } from './latency-scale.ts';

type Bar = HealthRead['backends'][number]['bars'][number];

const WIDTH = 900;
const HEIGHT = 96;

const clock = (at: string) =>
  new Date(at).toLocaleString('en', {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });

/** Time to the answer of the good checks, bar by bar, over the same time as the bars above. */
export function LatencyChart({ bars, label }: { bars: Bar[]; label: string }) {
  const [hovered, setHovered] = useState<number | null>(null);
  const { mean, most, ticks, lines, areas, topOf } = latencyScale(
    bars.map((bar) => bar.latencyMs),
    { width: WIDTH, height: HEIGHT },
  );
  const bar = hovered === null ? undefined : bars[hovered];
  const x = hovered === null ? 0 : ((hovered + 0.5) / bars.length) * WIDTH;
  return (
    <figure aria-label={label} className="flex flex-col gap-2">
      <figcaption className="flex flex-wrap justify-between gap-x-4 text-ink-muted text-xs">
        <span>Latency of good checks</span>
        <span className="tabular">
          {bar && bar.latencyMs !== null
            ? `${clock(bar.at)}: ${formatLatency(bar.latencyMs)}`
            : `mean ${formatLatency(mean)}, most ${formatLatency(most)}`}
        </span>
      </figcaption>
      <div className="relative h-24">
        <svg
          role="img"
          aria-label={`${label}: mean ${formatLatency(mean)}, most ${formatLatency(most)}`}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="absolute inset-0 size-full overflow-visible"
          onPointerMove={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            setHovered(Math.floor(((event.clientX - box.left) / box.width) * bars.length));
          }}
          onPointerLeave={() => setHovered(null)}
        >
          <rect width={WIDTH} height={HEIGHT} fill="transparent" />
          {[0, ...ticks].map((tick) => (
            <line
              key={tick}
              x2={WIDTH}
              y1={topOf(tick)}
              y2={topOf(tick)}
              vectorEffect="non-scaling-stroke"
              className="stroke-line"
            />
          ))}
          <path d={areas} className="fill-ink/5" />
          <path
            d={lines}
            fill="none"
            vectorEffect="non-scaling-stroke"
            strokeWidth={1.5}
            strokeLinejoin="round"
            className="stroke-ink-muted"
          />
          {bar ? (
            <line
              x1={x}
              x2={x}
              y2={HEIGHT}
              vectorEffect="non-scaling-stroke"
              className="stroke-line-strong"
            />
          ) : null}
        </svg>
        {ticks.map((tick) => (
          <span
            key={tick}
            aria-hidden
            className="tabular pointer-events-none absolute left-0 rounded-sm bg-surface pr-1 text-ink-faint text-xs"
            style={{ top: `calc(${(topOf(tick) / HEIGHT) * 100}% + 2px)` }}
          >
            {formatLatency(tick)}
          </span>
        ))}
      </div>
    </figure>
  );
}
