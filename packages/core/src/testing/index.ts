/** For tests of this package and of those that stand on it; needs vitest's global setup of `@fairlead/db`. */
export * from './fleet.ts';
export { createWorld, type World } from './world.ts';
