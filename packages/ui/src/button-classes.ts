import { clsx } from 'clsx';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost';
export type ButtonSize = 'sm' | 'md';

/** Classes of a button, for a link that looks like one. */
export function buttonClasses(variant: ButtonVariant = 'secondary', size: ButtonSize = 'md'): string {
  return clsx(
    'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors duration-100',
    'aria-disabled:cursor-not-allowed aria-disabled:opacity-50',
    size === 'sm' ? 'h-7 px-2.5 text-xs' : 'h-8 px-3 text-sm',
    variant === 'primary' && 'bg-ink text-on-ink hover:bg-ink/88 active:bg-ink/80',
    variant === 'secondary' &&
      'border border-line-strong bg-surface text-ink shadow-card hover:bg-sunken active:bg-press',
    variant === 'ghost' && 'text-ink-muted hover:bg-hover hover:text-ink active:bg-press',
  );
}
