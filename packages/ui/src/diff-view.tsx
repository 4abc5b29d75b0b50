import { clsx } from 'clsx';
import { CopyButton } from './copy-button.tsx';
import { parseUnifiedDiff } from './unified-diff.ts';

interface DiffViewProps {
  /** Unified diff text. */
  diff: string;
  /** The file's path. */
  path: string;
}

const lineClasses = {
  add: 'bg-healthy-wash text-healthy-ink',
  remove: 'bg-unhealthy-wash text-unhealthy-ink',
  context: 'text-ink-muted',
};
const sign = { add: '+', remove: '−', context: ' ' };
const spoken = { add: 'added: ', remove: 'removed: ', context: '' };

/** What a file becomes: + and − before the lines, numbers as they will be. */
export function DiffView({ diff, path }: DiffViewProps) {
  const { hunks, added, removed } = parseUnifiedDiff(diff);
  return (
    <figure className="overflow-hidden rounded-lg border bg-sunken">
      <figcaption className="flex min-h-9 items-center gap-3 border-b py-1 pr-1.5 pl-3 text-xs">
        <span className="min-w-0 flex-1 truncate font-mono text-ink-muted">{path}</span>
        <span className="tabular shrink-0 font-mono text-ink-muted">
          +{added} −{removed}
        </span>
        <CopyButton text={diff} label={`Copy diff of ${path}`} />
      </figcaption>
      <div
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-120 overflow-auto py-1"
      >
        <table
          aria-label={`Changes of ${path}`}
          className="w-max min-w-full border-collapse font-mono text-xs leading-5"
        >
          {hunks.map((hunk) => (
            <tbody key={`${hunk.before}-${hunk.after}`} className="not-first:border-t">
              {hunk.lines.map((line) => (
                <tr key={`${line.before ?? ''}:${line.after ?? ''}`} className={lineClasses[line.kind]}>
                  <td aria-hidden className="tabular w-10 select-none pr-3 pl-3 text-right text-ink-faint">
                    {line.after ?? line.before}
                  </td>
                  <td className={clsx('whitespace-pre pr-4')}>
                    <span aria-hidden className="inline-block w-4 select-none">
                      {sign[line.kind]}
                    </span>
                    <span className="sr-only">{spoken[line.kind]}</span>
                    {line.text}
                  </td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </figure>
  );
}
