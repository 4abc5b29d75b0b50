'use client';
import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import type { Me } from '@fairlead/api/types';
import { backdropClasses, Kbd } from '@fairlead/ui';
import { Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { resources } from '../data/resources.ts';
import { useAction } from '../data/use-action.tsx';
import { useResource } from '../data/use-resource.ts';
import { type Command, type CommandGroup, commandGroups } from './commands.ts';

interface PaletteProps {
  me: Me;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Every word of the query is somewhere in the command, in any order. */
function matches(command: Command, query: string): boolean {
  const text = `${command.label} ${command.aside ?? ''} ${command.keywords ?? ''}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Reaches every page and action by typing. */
export function Palette({ me, open, onOpenChange }: PaletteProps) {
  const router = useRouter();
  const action = useAction<unknown>({ failure: 'It could not be started' });
  const apps = useResource(resources.apps, { enabled: open });
  const servers = useResource(resources.servers, { enabled: open });
  const groups = commandGroups(me, apps.data?.items ?? [], servers.data?.items ?? []);

  const choose = (command: Command) => {
    onOpenChange(false);
    command.run?.();
    if (command.ask) action.run(command.ask);
    if (command.href?.startsWith('/api/')) window.location.assign(command.href);
    else if (command.href) router.push(command.href);
  };

  return (
    <Dialog.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={backdropClasses} />
        <Dialog.Viewport className="fixed inset-0 z-50 flex items-start justify-center px-3 pt-[10vh] pb-3">
          <Dialog.Popup
            aria-label="Command palette"
            className="flex max-h-[min(30rem,80dvh)] w-full max-w-xl flex-col overflow-hidden rounded-lg bg-raised shadow-pop outline-none transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0"
          >
            <Autocomplete.Root
              inline
              open
              items={groups}
              autoHighlight="always"
              keepHighlight
              filter={(item, query) => matches(item as Command, query)}
              itemToStringValue={(item) => (item as Command).label}
            >
              <div className="flex items-center gap-2.5 border-b px-4">
                <Search aria-hidden className="size-4 shrink-0 text-ink-faint" />
                <Autocomplete.Input
                  aria-label="Search commands"
                  placeholder="Go to a page, an app, a server, or do something…"
                  className="h-12 w-full bg-transparent text-base outline-none max-sm:text-lg"
                />
                <Dialog.Close aria-label="Esc: close" className="rounded-sm">
                  <Kbd>Esc</Kbd>
                </Dialog.Close>
              </div>
              <Autocomplete.Empty className="not-empty:px-4 not-empty:py-8 not-empty:text-center text-ink-muted text-sm">
                Nothing is called that.
              </Autocomplete.Empty>
              <Autocomplete.List className="min-h-0 flex-1 scroll-py-2 overflow-y-auto overscroll-contain p-1.5 empty:p-0">
                {(group: CommandGroup) => (
                  <Autocomplete.Group key={group.value} items={group.items} className="not-last:mb-1.5">
                    <Autocomplete.GroupLabel className="px-2.5 py-1.5 text-ink-faint text-xs">
                      {group.value}
                    </Autocomplete.GroupLabel>
                    <Autocomplete.Collection>
                      {(command: Command) => (
                        <Autocomplete.Item
                          key={command.value}
                          value={command}
                          onClick={() => choose(command)}
                          className="flex h-9 cursor-default select-none items-center justify-between gap-4 rounded-md px-2.5 text-sm outline-none data-highlighted:bg-hover"
                        >
                          <span className="truncate">{command.label}</span>
                          {command.aside ? (
                            <span className="truncate text-ink-faint text-xs">{command.aside}</span>
                          ) : null}
                        </Autocomplete.Item>
                      )}
                    </Autocomplete.Collection>
                  </Autocomplete.Group>
                )}
              </Autocomplete.List>
            </Autocomplete.Root>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
