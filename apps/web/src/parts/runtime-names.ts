import type { App } from '@fairlead/api/types';

/** As a person calls them. */
export const runtimeNames: Record<App['runtime'], string> = {
  node: 'Node.js',
  php: 'PHP',
  python: 'Python',
  static: 'Static files',
  docker: 'Docker',
};
