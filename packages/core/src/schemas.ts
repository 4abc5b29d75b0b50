/** Every input's schema: pure, fit for the browser. */
export * from '@fairlead/nginx/http-settings';
export * from '@fairlead/nginx/stream-settings';
export * from './app/schemas.ts';
export * from './audit/schemas.ts';
export * from './config/schemas.ts';
export * from './deployment/schemas.ts';
export * from './environment/schemas.ts';
export * from './fields/address.ts';
export * from './fields/environment.ts';
export * from './fields/repository-url.ts';
export * from './fields/text.ts';
export * from './health/schemas.ts';
export * from './load-balancer/schemas.ts';
export * from './operation/schemas.ts';
export * from './server/schemas.ts';
export * from './setup/schemas.ts';
export * from './token/schemas.ts';
