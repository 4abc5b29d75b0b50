export { domainAddresses } from './domain-addresses.ts';
