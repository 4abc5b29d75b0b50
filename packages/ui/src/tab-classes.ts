/** One look for tabs of a page and tabs that are pages. */
export const tabClasses =
  'relative flex h-9 shrink-0 items-center gap-1.5 whitespace-nowrap text-sm text-ink-muted transition-colors hover:text-ink focus-visible:rounded-md focus-visible:-outline-offset-2';
export const tabBarClasses =
  '-mx-4 flex gap-5 overflow-x-auto border-b px-4 [scrollbar-width:none] sm:mx-0 sm:px-0';
export const tabMarkClasses =
  'after:absolute after:inset-x-0 after:-bottom-px after:h-0.5 after:rounded-full after:bg-ink text-ink';
