export {
  type Evidence,
  type Finding,
  type Fix,
  type PointKey,
  pointKeys,
  type Status,
  statuses,
} from './finding.ts';
export { fixFor } from './fixes.ts';
export type { Facts, Tree } from './input.ts';
export { prepareTree } from './repository.ts';
export { type FrameworkName, frameworkNames } from './scan.ts';
export { type ScanResult, scanRepository } from './scan-repository.ts';
export { isWorthReading, readingLimits, worthReading } from './worth-reading.ts';
