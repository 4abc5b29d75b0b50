import type { App } from '@fairlead/api/types';
import { hasProcess } from '@fairlead/core/schemas';
import { orNull, type SettingsGroup } from '../../../../../parts/settings-form.tsx';

const seconds = (text: string) => Math.round(Number(text) * 1000);

/** Every setting of an app that can be changed after its creation. */
export const appSettings: SettingsGroup<App>[] = [
  {
    title: 'Source and build',
    description: 'Taken up by the next deployment.',
    fields: [
      { name: 'name', label: 'Name', value: (app) => app.name },
      {
        name: 'repositoryUrl',
        wide: true,
        label: 'Repository URL',
        mono: true,
        value: (app) => app.repositoryUrl,
      },
      { name: 'branch', label: 'Branch', mono: true, value: (app) => app.branch },
      {
        name: 'rootDirectory',
        label: 'Folder of the repository',
        mono: true,
        optional: true,
        hint: 'That alone is checked out. Empty: all of it.',
        value: (app) => app.rootDirectory ?? '',
        parse: orNull,
      },
      {
        name: 'runtimeVersion',
        label: 'Version',
        mono: true,
        optional: true,
        hint: 'E.g. 22 or >=3.11. Empty: whichever the server has.',
        value: (app) => app.runtimeVersion ?? '',
        parse: orNull,
        only: (app) => app.runtime !== 'php',
      },
      {
        name: 'installCommand',
        label: 'Install command',
        mono: true,
        optional: true,
        value: (app) => app.installCommand ?? '',
        parse: orNull,
      },
      {
        name: 'buildCommand',
        label: 'Build command',
        mono: true,
        optional: true,
        value: (app) => app.buildCommand ?? '',
        parse: orNull,
      },
      {
        name: 'startCommand',
        label: 'Start command',
        mono: true,
        value: (app) => app.startCommand ?? '',
        parse: orNull,
        only: (app) => hasProcess(app.runtime),
      },
      {
        name: 'documentRoot',
        label: 'Folder to serve',
        mono: true,
        optional: true,
        value: (app) => app.documentRoot ?? '',
        parse: orNull,
        only: (app) => !hasProcess(app.runtime),
      },
    ],
  },
  {
    title: 'Reach and health',
    description: 'Domains take effect with the next deployment or balancer change; the checks at once.',
    fields: [
      {
        name: 'domains',
        wide: true,
        label: 'Domains',
        mono: true,
        optional: true,
        hint: 'Separated by spaces.',
        value: (app) => app.domains.join(' '),
        parse: (text) => text.split(/[\s,]+/).filter(Boolean),
      },
      {
        name: 'healthPath',
        label: 'Health check path',
        mono: true,
        value: (app) => app.healthPath,
      },
      {
        name: 'healthIntervalMs',
        label: 'Interval, seconds',
        type: 'number',
        value: (app) => String(app.healthIntervalMs / 1000),
        parse: seconds,
      },
      {
        name: 'healthTimeoutMs',
        label: 'Timeout, seconds',
        type: 'number',
        value: (app) => String(app.healthTimeoutMs / 1000),
        parse: seconds,
      },
      {
        name: 'healthRise',
        label: 'Good answers to turn healthy',
        type: 'number',
        value: (app) => String(app.healthRise),
        parse: Number,
      },
      {
        name: 'healthFall',
        label: 'Bad answers to turn unhealthy',
        type: 'number',
        value: (app) => String(app.healthFall),
        parse: Number,
      },
    ],
  },
];
