import { clsx } from 'clsx';

/** A fairlead: one rope in, guided through the ring, three out. */
export function LogoMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden className={clsx('size-6', className)}>
      <g stroke="currentColor" strokeWidth="1.75" strokeLinecap="round">
        <path d="M1.5 12h5" />
        <circle cx="11" cy="12" r="4.25" strokeWidth="2.25" />
        <path d="M15.5 12h7" />
        <path d="M14.4 8.7c1.7-2.6 3.6-4.2 8.1-4.2" />
        <path d="M14.4 15.3c1.7 2.6 3.6 4.2 8.1 4.2" />
      </g>
    </svg>
  );
}

/** The mark with the name. */
export function Logo({ className }: { className?: string }) {
  return (
    <span className={clsx('inline-flex items-center gap-2 font-medium text-lg', className)}>
      <LogoMark />
      Fairlead
    </span>
  );
}
