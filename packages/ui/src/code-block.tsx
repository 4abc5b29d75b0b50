import { clsx } from 'clsx';
import { CopyButton } from './copy-button.tsx';

interface CodeBlockProps {
  code: string;
  /** What is copied: `Copy command`. */
  copyLabel: string;
  /** Above the code: a file's path, what it is. */
  title?: string;
  /** Long lines break; commands to paste do. */
  wrap?: boolean;
  className?: string;
}

/** Text to read or to paste, with a copy button. */
export function CodeBlock({ code, copyLabel, title, wrap, className }: CodeBlockProps) {
  return (
    <div className={clsx('overflow-hidden rounded-lg border bg-sunken', className)}>
      <div className="flex min-h-9 items-center justify-between gap-2 border-b py-1 pr-1.5 pl-3">
        <span className="min-w-0 truncate font-mono text-ink-muted text-xs">{title ?? ''}</span>
        <CopyButton text={code} label={copyLabel} withText />
      </div>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        className={clsx(
          'max-h-120 overflow-auto px-3 py-2.5 font-mono text-xs leading-5',
          wrap && 'whitespace-pre-wrap break-all',
        )}
      >
        {code}
      </pre>
    </div>
  );
}
