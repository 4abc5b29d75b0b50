export { type Api, ApiProblem, createApi } from './api.ts';
export { build } from './build.ts';
export { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './control-plane.ts';
export { enableLoadBalancer, prepareServer, registerServer, setUp, signIn } from './journey.ts';
export { createProgress, type Progress } from './progress.ts';
export { ask, keepAsking, sendRequests, type TrafficReport } from './traffic.ts';
