import { containerSamples } from './container.ts';
import { laravelSamples } from './laravel.ts';
import { nodeSamples } from './node.ts';
import { otherSamples } from './other.ts';
import { phpSamples } from './php.ts';
import { pythonSamples } from './python.ts';
import type { Sample } from './sample.ts';
import { secondSamples } from './second.ts';

/** What the scanner was made with. */
export const corpus: readonly Sample[] = [
  ...laravelSamples,
  ...phpSamples,
  ...nodeSamples,
  ...pythonSamples,
  ...otherSamples,
  ...secondSamples,
  ...containerSamples,
];
