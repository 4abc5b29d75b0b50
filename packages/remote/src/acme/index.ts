export { AcmeClient, type HttpChallenge } from './acme-client.ts';
export { requestCertificate } from './certificate-request.ts';
export { renewalIdOf, renewalWindow } from './renewal-info.ts';
export { AcmeTransport } from './transport.ts';
