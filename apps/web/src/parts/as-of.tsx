import { RelativeTime } from '@fairlead/ui';

/** `as of 12 s ago`: how old the truth on the page is. */
export function AsOf({ at }: { at: string | null | undefined }) {
  if (!at) return null;
  return (
    <span className="whitespace-nowrap text-ink-faint text-xs">
      as of <RelativeTime at={at} />
    </span>
  );
}
