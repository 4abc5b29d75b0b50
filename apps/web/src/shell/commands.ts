import type { App, Me, Server } from '@fairlead/api/types';
import type { ActionRequest } from '../data/use-action.tsx';
import { places } from './places.ts';
import { setTheme } from './theme.ts';

export interface Command {
  value: string;
  label: string;
  /** Right of the label: what it belongs to. */
  aside?: string;
  /** Other words that find it. */
  keywords?: string;
  href?: string;
  run?: () => void;
  /** A change to send. */
  ask?: ActionRequest;
}

export interface CommandGroup {
  value: string;
  items: Command[];
}

const appPages = [
  ['', 'Overview'],
  ['/load-balancer', 'Load balancer'],
  ['/deployments', 'Deployments'],
  ['/processes', 'Processes'],
  ['/environment', 'Environment'],
  ['/database', 'Database'],
  ['/health', 'Health'],
  ['/config', 'Config'],
  ['/settings', 'Settings'],
] as const;

const settingsPages = [
  ['/settings', 'Settings: account and theme', 'sessions password'],
  ['/settings/team', 'Settings: team', 'members roles'],
  ['/settings/tokens', 'Settings: API tokens', 'key bearer'],
  ['/settings/ssh-key', 'Settings: SSH key', 'authorise public'],
  ['/settings/audit', 'Settings: audit log', 'history who'],
] as const;

/** Everything that the palette reaches: actions first, then each app's and server's pages. */
export function commandGroups(me: Me, apps: App[], servers: Server[]): CommandGroup[] {
  const may = (action: string) => me.can.includes(action);
  const actions: Command[] = [
    ...(may('server.create') ? [{ value: 'add-server', label: 'Add server', href: '/servers/new' }] : []),
    ...(may('app.create') ? [{ value: 'new-app', label: 'New app', href: '/apps/new' }] : []),
    ...apps.flatMap((app): Command[] => {
      const list: Command[] = [];
      if (may('deployment.start') && app.activeOperation === null) {
        list.push({
          value: `deploy-${app.id}`,
          label: `Deploy ${app.name}`,
          ask: { method: 'POST', path: `/apps/${app.id}/deployments` },
          href: `/apps/${app.id}`,
        });
      }
      if (may('load-balancer.enable') && !app.loadBalancer.enabled) {
        list.push({
          value: `enable-${app.id}`,
          label: `Enable Load Balancer of ${app.name}`,
          href: `/apps/${app.id}/load-balancer/enable`,
        });
      }
      return list;
    }),
  ];
  return [
    { value: 'Actions', items: actions },
    {
      value: 'Pages',
      items: [
        ...places.map(({ href, label }) => ({ value: href, label, href })),
        ...settingsPages.map(([href, label, keywords]) => ({ value: `${href}#`, label, keywords, href })),
        { value: 'api-reference', label: 'API reference', keywords: 'openapi docs', href: '/api/v1/docs' },
      ],
    },
    {
      value: 'Apps',
      items: apps.flatMap((app) =>
        appPages.map(([path, label]) => ({
          value: `${app.id}${path}`,
          label: path === '' ? app.name : `${app.name}: ${label}`,
          aside: path === '' ? (app.domains[0] ?? 'App') : undefined,
          href: `/apps/${app.id}${path}`,
        })),
      ),
    },
    {
      value: 'Servers',
      items: servers.map((server) => ({
        value: server.id,
        label: server.name,
        aside: server.address,
        keywords: server.address,
        href: `/servers/${server.id}`,
      })),
    },
    {
      value: 'Theme',
      items: [
        { value: 'theme-system', label: 'Theme: follow the system', run: () => setTheme('system') },
        { value: 'theme-light', label: 'Theme: light', run: () => setTheme('light') },
        { value: 'theme-dark', label: 'Theme: dark', run: () => setTheme('dark') },
      ],
    },
  ].filter((group) => group.items.length > 0);
}
