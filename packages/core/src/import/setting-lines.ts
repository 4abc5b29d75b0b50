import type { ForeignSettings } from '@fairlead/nginx';

const units = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
] as const;

/** HTTP settings that a file states, one a line, in the words of the form. */
export function settingLines(http: ForeignSettings['http']): string[] {
  const { timeouts = {}, gzip, rateLimit } = http;
  const seconds = { connectSeconds: 'connect', sendSeconds: 'send', readSeconds: 'read' } as const;
  return [
    ...(http.maxBodyBytes === undefined ? [] : [`Largest request body: ${size(http.maxBodyBytes)}`]),
    ...Object.entries(seconds).flatMap(([field, name]) => {
      const value = timeouts[field as keyof typeof seconds];
      return value === undefined ? [] : [`Time to ${name}: ${value} s`];
    }),
    ...(http.buffering === undefined ? [] : [`Buffering: ${http.buffering ? 'on' : 'off'}`]),
    ...(gzip?.mode === undefined ? [] : [`Compression: ${gzip.mode}`]),
    ...http.requestHeaders.map(({ name, value }) => `To backends: ${name}: ${value}`),
    ...http.responseHeaders.map(({ name, value }) => `To visitors: ${name}: ${value}`),
    ...http.redirects.map(({ from, to, status }) => `Redirect: ${from} to ${to} (${status})`),
    ...http.access.map(({ action, source }) => `Access: ${action} ${source}`),
    ...(rateLimit == null ? [] : [`Rate limit: ${rateLimit.requests} requests a ${rateLimit.per}`]),
  ];
}

function size(bytes: number): string {
  const unit = units.find(([, factor]) => bytes >= factor && bytes % factor === 0);
  return unit === undefined ? `${bytes} bytes` : `${bytes / unit[1]} ${unit[0]}`;
}
