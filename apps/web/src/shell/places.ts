import { Activity, Gauge, Layers, type LucideIcon, Server, Settings } from 'lucide-react';

export interface Place {
  href: string;
  label: string;
  icon: LucideIcon;
}

/** The first level of the dashboard, in the order of the sidebar. */
export const places: Place[] = [
  { href: '/', label: 'Overview', icon: Gauge },
  { href: '/servers', label: 'Servers', icon: Server },
  { href: '/apps', label: 'Apps', icon: Layers },
  { href: '/operations', label: 'Operations', icon: Activity },
  { href: '/settings', label: 'Settings', icon: Settings },
];

/** Whether the place holds the page at `pathname`. */
export const isInside = (place: Place, pathname: string): boolean =>
  place.href === '/' ? pathname === '/' : pathname === place.href || pathname.startsWith(`${place.href}/`);
