export { type Issued, issueCertificate, makeAuthority } from './issue.ts';
