import type { App } from '@fairlead/api/types';
import { hasProcess } from '@fairlead/core/runtimes';
import { orNull, type SettingsGroup } from '../../../../../parts/settings-form.tsx';

const yesOrNo = (value: boolean) => (value ? 'yes' : 'no');
const isYes = (text: string) => text === 'yes';
const seconds = (text: string) => Math.round(Number(text) * 1000);

const numberText = (value: number | null) => (value === null ? '' : String(value));
const numberOrNull = (text: string) => (text.trim() === '' ? null : Number(text));

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
        label: 'Runtime version',
        mono: true,
        optional: true,
        hint: 'E.g. 22 or >=3.11. Empty: whichever the server has.',
        value: (app) => app.runtimeVersion ?? '',
        parse: orNull,
        only: (app) => app.runtime !== 'php',
      },
      {
        name: 'submodules',
        label: 'Submodules',
        options: [
          { value: 'no', label: 'Left out' },
          { value: 'yes', label: 'Fetched, each into its folder' },
        ],
        value: (app) => yesOrNo(app.submodules),
        parse: isYes,
      },
      {
        name: 'lfs',
        label: 'Git LFS',
        options: [
          { value: 'no', label: 'Left as pointers' },
          { value: 'yes', label: 'Fetched, each file in its place' },
        ],
        value: (app) => yesOrNo(app.lfs),
        parse: isYes,
      },
      {
        name: 'buildOn',
        label: 'Builds are made',
        options: [
          { value: 'one', label: 'Once, and sent to the other servers' },
          { value: 'each', label: 'On every server' },
        ],
        value: (app) => app.buildOn,
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
      {
        name: 'sharedFolders',
        wide: true,
        label: 'Shared folders',
        mono: true,
        optional: true,
        hint: 'Kept from release to release, e.g. storage/app uploads. Each server has its own: backends share nothing by them. What visitors upload belongs in object storage.',
        value: (app) => app.sharedFolders.join(' '),
        parse: (text) => text.split(/[\s,]+/).filter(Boolean),
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
        name: 'startTimeoutMs',
        label: 'A new process has to be healthy within, seconds',
        type: 'number',
        value: (app) => String(app.startTimeoutMs / 1000),
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
  {
    title: 'Limits',
    description: 'Of the app’s processes on each backend, from the next deployment on. Empty: none.',
    fields: [
      {
        name: 'memoryMib',
        label: 'Memory, MiB',
        type: 'number',
        optional: true,
        hint: 'Who asks for more is killed, and started again.',
        value: (app) => numberText(app.memoryMib),
        parse: numberOrNull,
      },
      {
        name: 'cpuPercent',
        label: 'Processor, percent',
        type: 'number',
        optional: true,
        hint: '100: one processor.',
        value: (app) => numberText(app.cpuPercent),
        parse: numberOrNull,
      },
      {
        name: 'tasks',
        label: 'Processes and threads',
        type: 'number',
        optional: true,
        value: (app) => numberText(app.tasks),
        parse: numberOrNull,
      },
    ],
    only: (app) => app.runtime !== 'static',
  },
  {
    title: 'Roll-out',
    description: 'How the next deployment reaches the backends.',
    fields: [
      {
        name: 'releaseCommand',
        label: 'Release command',
        mono: true,
        optional: true,
        hint: 'Once for each release on the primary, before a backend switches: npm run migrate.',
        value: (app) => app.releaseCommand ?? '',
        parse: orNull,
      },
      {
        name: 'releaseCommandFailure',
        label: 'When the command fails',
        options: [
          { value: 'stop', label: 'End the deployment' },
          { value: 'go-on', label: 'Go on' },
        ],
        value: (app) => app.releaseCommandFailure,
      },
      {
        name: 'rolloutBatch',
        label: 'Backends at a time',
        type: 'number',
        hint: '0: all at once.',
        value: (app) => String(app.rolloutBatch),
        parse: Number,
      },
      {
        name: 'rolloutFloor',
        label: 'Healthy backends kept untouched',
        type: 'number',
        hint: 'Never fewer while others switch. An app with one backend keeps none.',
        value: (app) => String(app.rolloutFloor),
        parse: Number,
      },
      {
        name: 'rolloutRise',
        label: 'Good answers after a switch',
        type: 'number',
        hint: 'In a row, asked by the balancer, before the next ones switch.',
        value: (app) => String(app.rolloutRise),
        parse: Number,
      },
      {
        name: 'rolloutDrain',
        label: 'While a backend switches',
        options: [
          { value: 'false', label: 'It serves on: no request is lost' },
          { value: 'true', label: 'It gets no visitors, and comes back by slow start' },
        ],
        value: (app) => String(app.rolloutDrain),
        parse: (text) => text === 'true',
      },
      {
        name: 'rolloutFailure',
        label: 'When a backend fails',
        options: [
          { value: 'put-back', label: 'Put all back to the earlier release' },
          { value: 'stop', label: 'Stop, and leave those that have switched' },
        ],
        value: (app) => app.rolloutFailure,
      },
    ],
  },
];
