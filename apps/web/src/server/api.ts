import { controlPlane } from './control-plane.ts';

/** Everything under `/api`, in this process. */
export async function handleApi(request: Request): Promise<Response> {
  return controlPlane().api.fetch(request);
}
