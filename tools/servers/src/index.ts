export { installedKafka } from './install.ts';
export { createLocalServers, localServersOptions, type LocalServers } from './local-servers.ts';
export { brokerName, type ServerName } from './server-plan.ts';
