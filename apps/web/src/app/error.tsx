'use client';
import { Button, LogoMark } from '@fairlead/ui';

/** A page that could not be drawn. The digest finds it in the web process's log. */
export default function PageError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <div className="flex min-h-[60dvh] flex-col items-center justify-center px-4 text-center">
      <LogoMark className="size-8 text-ink-faint" />
      <h1 className="mt-5 text-xl">This page could not be shown</h1>
      <p className="mt-1 max-w-sm text-balance text-ink-muted">
        Your servers are not touched by this. Try again; if it stays, look at the log of the web process.
      </p>
      {error.digest ? (
        <p className="mt-2 font-mono text-ink-faint text-xs">Reference {error.digest}</p>
      ) : null}
      <Button className="mt-5" onClick={reset}>
        Try again
      </Button>
    </div>
  );
}
