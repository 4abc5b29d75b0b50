/** How requests are shared out, and what a sentence calls it. */
export const methodNames = {
  round_robin: 'round robin',
  least_conn: 'least connections',
  ip_hash: 'IP hash',
  hash: 'hash',
  random: 'random two',
  sticky: 'sticky cookie',
  least_time: 'least time',
} as const;
export type Method = keyof typeof methodNames;

export const methods = Object.keys(methodNames) as [Method, ...Method[]];
