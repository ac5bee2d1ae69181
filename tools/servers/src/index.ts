export { DEFAULT_HOME, createLocalServers, type LocalServers } from './local-servers.ts';
export { SERVER_NAMES, type ServerName } from './server-plan.ts';
