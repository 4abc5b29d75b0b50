'use client';
import { Menu as BaseMenu } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';

export interface MenuEntry {
  label: string;
  icon?: ReactNode;
  onSelect?: () => void;
  /** A link instead of an action. */
  render?: ReactElement;
  disabled?: boolean;
}

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement;
  /** Groups of entries, divided by a line. */
  groups: MenuEntry[][];
  align?: 'start' | 'end';
  /** Open from its first moment on. */
  defaultOpen?: boolean;
}

const itemClasses =
  'flex h-8 cursor-default select-none items-center gap-2 rounded-md px-2 text-sm outline-none data-disabled:opacity-50 data-highlighted:bg-hover [&_svg]:size-3.5 [&_svg]:text-ink-muted';

/** Actions behind a button. */
export function Menu({ trigger, groups, align = 'end', defaultOpen }: MenuProps) {
  return (
    <BaseMenu.Root modal={false} defaultOpen={defaultOpen}>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={4} align={align} className="z-50 outline-none">
          <BaseMenu.Popup className="min-w-48 rounded-lg bg-raised p-1 shadow-pop outline-none">
            {groups.map((entries, index) => (
              <BaseMenu.Group key={entries[0]?.label ?? index}>
                {index > 0 ? <BaseMenu.Separator className="mx-1 my-1 h-px bg-line" /> : null}
                {entries.map((entry) => (
                  <BaseMenu.Item
                    key={entry.label}
                    disabled={entry.disabled}
                    onClick={entry.onSelect}
                    render={entry.render}
                    className={itemClasses}
                  >
                    {entry.icon}
                    {entry.label}
                  </BaseMenu.Item>
                ))}
              </BaseMenu.Group>
            ))}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}
