import { bodyLimit } from 'hono/body-limit';
import { httpProblem, problemResponse } from '../problem.ts';

/** @param bodyLimitBytes longest body; a longer one is refused with 413 before it is parsed */
export function limitBody(bodyLimitBytes: number) {
  return bodyLimit({
    maxSize: bodyLimitBytes,
    onError: () =>
      problemResponse(
        httpProblem(
          413,
          'invalid-input',
          `The body is longer than ${Math.floor(bodyLimitBytes / 1024)} KiB.`,
        ),
      ),
  });
}
