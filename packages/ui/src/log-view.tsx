'use client';
import { clsx } from 'clsx';
import { ArrowDownToLine } from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { parseAnsi, stripAnsi } from './ansi.ts';
import { CopyButton } from './copy-button.tsx';

export interface LogViewLine {
  id: string;
  text: string;
  /** `stderr` and Fairlead's own words look a little different from `stdout`. */
  stream?: string;
  /** Left of the text, e.g. the time. */
  at?: string;
}

interface LogViewProps {
  lines: LogViewLine[];
  /** Whose log it is. */
  label: string;
  /** More is coming: the view follows the end while it is at the end. */
  live?: boolean;
  /** What stands there before the first line. */
  empty?: string;
  className?: string;
}

const LINE_PX = 20;
const OVERSCAN = 12;
const isomorphicLayoutEffect = typeof window === 'undefined' ? useEffect : useLayoutEffect;

const colourClasses = {
  black: 'text-ink-faint',
  red: 'text-unhealthy-ink',
  green: 'text-healthy-ink',
  yellow: 'text-draining-ink',
  blue: 'text-deploying-ink',
  magenta: 'text-deploying-ink',
  cyan: 'text-deploying-ink',
  white: 'text-ink',
};

function LogText({ text }: { text: string }) {
  return parseAnsi(text).map((span, index) => (
    <span
      // biome-ignore lint/suspicious/noArrayIndexKey: a span has no name but its place
      key={index}
      className={clsx(
        span.colour && colourClasses[span.colour],
        span.bold && 'font-medium',
        span.dim && 'text-ink-faint',
      )}
    >
      {span.text}
    </span>
  ));
}

/** A log: only the lines in sight are in the document, a hundred thousand of them scroll as ten. */
export function LogView({ lines, label, live, empty = 'No output yet.', className }: LogViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 400 });
  const [following, setFollowing] = useState(true);
  const plain = useMemo(() => lines.map((line) => stripAnsi(line.text)).join('\n'), [lines]);

  isomorphicLayoutEffect(() => {
    const element = box.current;
    if (element && live && following && lines.length > 0) element.scrollTop = element.scrollHeight;
  }, [lines, live, following]);

  const first = Math.max(0, Math.floor(view.top / LINE_PX) - OVERSCAN);
  const last = Math.min(lines.length, Math.ceil((view.top + view.height) / LINE_PX) + OVERSCAN);
  const widest = lines.reduce((most, line) => Math.max(most, line.text.length), 0);

  return (
    <div className={clsx('flex flex-col overflow-hidden rounded-lg border bg-sunken', className)}>
      <div className="flex min-h-9 items-center gap-2 border-b py-1 pr-1.5 pl-3 text-ink-muted text-xs">
        <span className="tabular flex-1">
          {label} · {lines.length.toLocaleString('en')} {lines.length === 1 ? 'line' : 'lines'}
          {live ? ' · live' : ''}
        </span>
        {live && !following ? (
          <button
            type="button"
            className="inline-flex h-7 items-center gap-1 rounded-md px-2 hover:bg-hover hover:text-ink"
            onClick={() => setFollowing(true)}
          >
            <ArrowDownToLine aria-hidden className="size-3.5" /> Follow
          </button>
        ) : null}
        <CopyButton text={plain} label={`Copy ${label.toLowerCase()}`} withText />
      </div>
      <div
        ref={box}
        role="log"
        aria-label={label}
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        className={clsx(
          'max-h-112 overflow-auto font-mono text-xs leading-5 focus-visible:-outline-offset-2',
          live && 'min-h-56',
        )}
        onScroll={(event) => {
          const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
          setView({ top: scrollTop, height: clientHeight });
          setFollowing(scrollHeight - scrollTop - clientHeight < LINE_PX * 2);
        }}
      >
        {lines.length === 0 ? <p className="px-3 py-2.5 text-ink-faint">{empty}</p> : null}
        <div
          className="relative"
          style={{ height: lines.length * LINE_PX + 12, minWidth: `${widest + 12}ch` }}
        >
          {lines.slice(first, last).map((line, index) => (
            <div
              key={line.id}
              className={clsx(
                'absolute left-0 flex h-5 whitespace-pre pr-3 pl-3',
                line.stream === 'fairlead' && 'text-ink-muted italic',
              )}
              style={{ top: (first + index) * LINE_PX + 6 }}
            >
              {line.at ? (
                <span className="tabular mr-3 select-none text-ink-faint not-italic">{line.at}</span>
              ) : null}
              <span>
                <LogText text={line.text} />
              </span>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
