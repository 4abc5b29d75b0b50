'use client';
import { clsx } from 'clsx';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

/** Copies where the clipboard is closed to plain HTTP too. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

interface CopyButtonProps {
  text: string;
  /** What is copied: `Copy address`. */
  label: string;
  /** Shows the word beside the icon. */
  withText?: boolean;
  className?: string;
}

/** Puts a text on the clipboard and says so. */
export function CopyButton({ text, label, withText, className }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      aria-label={copied ? 'Copied' : label}
      title={label}
      onClick={() => void copyText(text).then(() => setCopied(true))}
      className={clsx(
        'relative z-1 inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md text-ink-faint transition-colors hover:bg-hover hover:text-ink',
        withText ? 'h-7 px-2 text-xs' : 'size-6',
        className,
      )}
    >
      <Icon aria-hidden className="size-3.5" />
      {withText ? (copied ? 'Copied' : 'Copy') : null}
      <span aria-live="polite" className="sr-only">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  );
}

/** A short value in typewriter letters with its copy button: addresses, fingerprints, ids. */
export function Copyable({ text, label, shown }: { text: string; label: string; shown?: string }) {
  return (
    <span className="inline-flex min-w-0 max-w-full items-center gap-1">
      <code className="truncate font-mono text-sm" title={shown === undefined ? undefined : text}>
        {shown ?? text}
      </code>
      <CopyButton text={text} label={label} />
    </span>
  );
}
