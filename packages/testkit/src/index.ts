export { createConsumerCrew, type ConsumerCrew, type CrewChange } from './consumer-crew.ts';
export { MISBEHAVIOURS, startFaultProxy, type FaultProxy, type Misbehaviour } from './fault-proxy.ts';
export { freePort } from './free-port.ts';
export { poll } from './poll.ts';
export { readResults, type Results } from './read-results.ts';
export { runTickets } from './run-tickets.ts';
export { startConsumer, type RunningConsumer } from './running-consumer.ts';
export { startProcess, startService, type ServiceProcess } from './service-process.ts';
export { createTestLocation, hasKafka, hasS3, uniqueName, type TestLocation } from './test-servers.ts';
