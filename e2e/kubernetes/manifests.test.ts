import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { findProblems, hasSchemas, installSchemas } from './manifest-schemas.ts';

const folder = join(import.meta.dirname, '../../deploy/kubernetes');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
const read = (file: string): unknown => parse(readFileSync(join(folder, file), 'utf8'));
const manifests = Object.fromEntries(files.map((file) => [file, read(file)]));

const metadata = z.looseObject({
  name: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
});
const container = z.looseObject({
  image: z.string(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
});
const workload = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      metadata,
      spec: z.looseObject({ containers: z.array(container) }),
    }),
  }),
});
const configMap = z
  .looseObject({ data: z.record(z.string(), z.string()) })
  .parse(read('config-map.yaml')).data;
const secret = z
  .looseObject({ stringData: z.record(z.string(), z.string()) })
  .parse(read('secret.sample.yaml')).stringData;
const trigger = z
  .looseObject({
    spec: z.looseObject({
      maxReplicaCount: z.number(),
      triggers: z.tuple([z.object({ type: z.literal('kafka'), metadata: z.record(z.string(), z.string()) })]),
    }),
  })
  .parse(read('consumer-scaled-object.yaml')).spec;

describe('the manifests of deploy/kubernetes', () => {
  test('are all listed in the kustomization, but for those that one applies by hand', () => {
    const { resources } = z.looseObject({ resources: z.array(z.string()) }).parse(read('kustomization.yaml'));
    const byHand = ['secret.sample.yaml', 'producer-job.yaml', 'trigger-authentication.yaml'];
    expect([...resources, ...byHand].sort()).toEqual([...files].sort());
  });

  test('set nothing but settings that the services have', () => {
    const sample = readFileSync(join(folder, '../../.env.sample'), 'utf8');
    const known = new Set([...sample.matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name));
    const containers = ['consumer-deployment.yaml', 'producer-job.yaml'].flatMap(
      (file) => workload.parse(read(file)).spec.template.spec.containers,
    );
    const used = [
      ...Object.keys(configMap),
      ...Object.keys(secret),
      ...containers.flatMap(({ env }) => env.map(({ name }) => name)),
    ];
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });

  test('let KEDA look where the consumers read, and want no more of them than there are partitions', () => {
    const { metadata: kafka } = trigger.triggers[0];
    expect(kafka).toMatchObject({
      bootstrapServers: configMap['KAFKA_BROKERS'],
      consumerGroup: configMap['KAFKA_GROUP_ID'],
      topic: configMap['KAFKA_TOPIC'],
    });
    expect(trigger.maxReplicaCount).toBe(Number(configMap['KAFKA_TOPIC_PARTITIONS']));
    expect(Number(kafka['lagThreshold'])).toBeGreaterThan(Number(configMap['MAX_OFFSETS_PER_TRIGGER']));
    expect(Object.keys(kafka).filter((name) => !KAFKA_SCALER.includes(name))).toEqual([]);
  });

  test('select the pods that the Deployment makes', () => {
    const { labels } = workload.parse(read('consumer-deployment.yaml')).spec.template.metadata;
    const texts = ['consumer-service', 'consumer-disruption-budget', 'consumer-network-policy'].map((name) =>
      JSON.stringify(manifests[`${name}.yaml`]),
    );
    for (const text of texts) expect(text).toContain(JSON.stringify(labels));
  });
});

/** What the Kafka scaler reads; KEDA's schema takes any name here, and KEDA ignores those that it does not know. */
const KAFKA_SCALER = [
  'bootstrapServers',
  'consumerGroup',
  'topic',
  'lagThreshold',
  'activationLagThreshold',
  'offsetResetPolicy',
  'allowIdleConsumers',
  'scaleToZeroOnInvalidOffset',
  'excludePersistentLag',
  'limitToPartitionsWithLag',
  'ensureEvenDistributionOfPartitions',
  'partitionLimitation',
  'version',
  'sasl',
  'tls',
];

describe.skipIf(!hasSchemas)('by the schemas of Kubernetes and KEDA (installed where CI is set)', () => {
  beforeAll(() => installSchemas(), 300_000);

  test('every manifest is right', async () => {
    expect(await findProblems(manifests)).toEqual({});
  });

  test('a misspelt field is found, wherever it is', async () => {
    const misspelt = (file: string, right: string, wrong: string): unknown => {
      const text = JSON.stringify(manifests[file]);
      expect(text).toContain(`"${right}":`);
      return JSON.parse(text.replace(`"${right}":`, `"${wrong}":`));
    };
    const wrong = {
      probe: misspelt('consumer-deployment.yaml', 'readinessProbe', 'readynessProbe'),
      security: misspelt('consumer-deployment.yaml', 'readOnlyRootFilesystem', 'readOnlyRootFileSystem'),
      job: misspelt('producer-job.yaml', 'backoffLimit', 'backOffLimit'),
      budget: misspelt('consumer-disruption-budget.yaml', 'maxUnavailable', 'maxUnavailible'),
      policy: misspelt('consumer-network-policy.yaml', 'policyTypes', 'policyType'),
      keda: misspelt('consumer-scaled-object.yaml', 'pollingInterval', 'poolingInterval'),
      trigger: misspelt('consumer-scaled-object.yaml', 'triggers', 'trigers'),
      behaviour: misspelt(
        'consumer-scaled-object.yaml',
        'stabilizationWindowSeconds',
        'stabilisationWindowSeconds',
      ),
      login: misspelt('trigger-authentication.yaml', 'parameter', 'param'),
    };
    expect(Object.keys(await findProblems(wrong))).toEqual(Object.keys(wrong));
  });
});
