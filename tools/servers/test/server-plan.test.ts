import { expect, test } from 'vitest';
import {
  BROKERS,
  SERVER_NAMES,
  brokerProperties,
  clientEnvironment,
  planServer,
  type Place,
} from '../src/server-plan.ts';

const SHIFTS = Array.from({ length: 10 }, (_, index) => 100 * index);
const at = (portShift: number): Place => ({
  folder: `/run-${portShift}`,
  portShift,
  jars: '/jars',
  weed: '/weed',
  java: 'java',
});

/** Of all four servers, as their command lines and properties name them. */
function portsOf(place: Place): readonly number[] {
  const texts = [
    ...BROKERS.map((broker) => /^listeners=.*$/m.exec(brokerProperties(broker, place))?.[0] ?? ''),
    ...planServer('s3', place).command.filter((part) => part.includes('port') && !part.endsWith('=0')),
  ];
  return texts.flatMap((text) => [...text.matchAll(/[:=](\d+)/g)].map(([, port]) => Number(port)));
}

test('servers have ports of their own, and say so to programs', () => {
  expect(SERVER_NAMES.map((name) => planServer(name, at(0)).port)).toEqual([19_092, 29_092, 9_092, 8_333]);
  expect(clientEnvironment(at(0))).toMatchObject({
    KAFKA_BROKERS: '127.0.0.1:19092,127.0.0.1:29092,127.0.0.1:9092',
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:8333',
  });
});

test('clusters that are shifted by multiples of 100 share no port, those of gRPC included, and none with a connection', () => {
  const ports = SHIFTS.flatMap((shift) => portsOf(at(shift)));
  expect(ports.length).toBe(SHIFTS.length * (2 * 3 + 5));
  const grpc = SHIFTS.flatMap((shift) =>
    portsOf(at(shift))
      .slice(6)
      .map((port) => port + 10_000),
  );
  expect(new Set([...ports, ...grpc]).size).toBe(ports.length + grpc.length);
  expect(Math.max(...ports, ...grpc), 'what Linux gives to connections').toBeLessThan(32_768);
});

test('each broker knows the three controllers, itself included', () => {
  const voters = BROKERS.map(
    (broker) => /^controller\.quorum\.voters=(.*)$/m.exec(brokerProperties(broker, at(100)))?.[1],
  );
  expect(voters).toEqual(Array(3).fill('1@127.0.0.1:19193,2@127.0.0.1:29193,3@127.0.0.1:9193'));
});
