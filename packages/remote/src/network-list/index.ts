export { type NetworkListOptions, readNetworkList } from './read-network-list.ts';
