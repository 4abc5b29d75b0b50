export { createAccountStore } from './accounts.ts';
export { type Api, type ApiRoutes, createApi } from './api.ts';
export { type Auth, type AuthOptions, clientAddressHeader, createAuth } from './auth.ts';
export { type ApiEvent, createEventHub, type EventHub, type EventSource } from './event-hub.ts';
export { type ApiServer, socketAddress, startApiServer } from './server.ts';
export type { ApiOptions } from './variables.ts';
