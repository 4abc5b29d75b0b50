export { AccountKey, createAccountKey } from './account-key.ts';
export { AcmeClient, type HttpChallenge, type OpenOrder } from './acme-client.ts';
export { type CertificateRequest, requestCertificate } from './certificate-request.ts';
export { type RenewalWindow, renewalIdOf, renewalWindow } from './renewal-info.ts';
export { AcmeTransport, type AcmeTransportOptions } from './transport.ts';
