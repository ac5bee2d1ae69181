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
  resources: z.object({
    requests: z.record(z.string(), z.string()),
    limits: z.record(z.string(), z.string()),
  }),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })),
});
const workload = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      metadata,
      spec: z.looseObject({
        containers: z.array(container),
        securityContext: z.looseObject({ runAsUser: z.number(), runAsNonRoot: z.boolean() }),
        volumes: z.array(z.looseObject({ name: z.string(), secret: z.unknown().optional() })),
      }),
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
      scaleTargetRef: z.object({ name: z.string() }),
      maxReplicaCount: z.number(),
      triggers: z.tuple([
        z.object({
          type: z.literal('kafka'),
          authenticationRef: z.object({ name: z.string() }),
          metadata: z.record(z.string(), z.string()),
        }),
      ]),
    }),
  })
  .parse(read('consumer-scaled-object.yaml')).spec;

const workloads = ['consumer-deployment.yaml', 'producer-job.yaml'].map(
  (file) => workload.parse(read(file)).spec.template.spec,
);

describe('the manifests of deploy/kubernetes', () => {
  test('are all listed in the kustomization, but for those that are applied by hand', () => {
    const { resources } = z.looseObject({ resources: z.array(z.string()) }).parse(read('kustomization.yaml'));
    const byHand = ['secret.sample.yaml', 'producer-job.yaml'];
    expect([...resources, ...byHand].sort()).toEqual([...files].sort());
  });

  test('set nothing but settings that the services have', () => {
    const sample = readFileSync(join(folder, '../../.env.sample'), 'utf8');
    const known = new Set([...sample.matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name));
    known.add('NODE_EXTRA_CA_CERTS'); // read by Node.js itself
    const containers = workloads.flatMap((pod) => pod.containers);
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
    expect(trigger.scaleTargetRef).toEqual({ name: 'consumer' }); // whose environment the three names are looked up in
    expect(kafka).toMatchObject({
      bootstrapServersFromEnv: 'KAFKA_BROKERS',
      consumerGroupFromEnv: 'KAFKA_GROUP_ID',
      topicFromEnv: 'KAFKA_TOPIC',
    });
    expect(Object.keys(configMap)).toEqual(
      expect.arrayContaining(['KAFKA_BROKERS', 'KAFKA_GROUP_ID', 'KAFKA_TOPIC']),
    );
    expect(trigger.maxReplicaCount).toBe(Number(configMap['KAFKA_TOPIC_PARTITIONS']));
    expect(Number(kafka['lagThreshold'])).toBeGreaterThan(Number(configMap['MAX_OFFSETS_PER_TRIGGER']));
    expect(Object.keys(kafka).filter((name) => !KAFKA_SCALER.includes(name))).toEqual([]);
  });

  test('reach the brokers over TLS, and trust the same authority everywhere', () => {
    expect(configMap['KAFKA_SSL']).toBe('true');
    expect(trigger.triggers[0].metadata['tls']).toBe('enable');
    const authentication = JSON.stringify(manifests['trigger-authentication.yaml']);
    expect(authentication).toContain(`"metadata":${JSON.stringify(trigger.triggers[0].authenticationRef)}`);
    expect(authentication).toContain('{"parameter":"ca","name":"kafka-authority","key":"ca.crt"}');
    for (const { containers, volumes } of workloads) {
      const authority = volumes.find(({ name }) => name === 'kafka-authority');
      expect(authority?.secret).toEqual({ secretName: 'kafka-authority', optional: true });
      for (const { volumeMounts } of containers) {
        const mounted = volumeMounts.find(({ name }) => name === 'kafka-authority');
        expect(configMap['NODE_EXTRA_CA_CERTS']).toBe(`${mounted?.mountPath}/ca.crt`);
      }
    }
  });

  test('run as a user that no node has, within bounds of memory and disk', () => {
    expect(workloads).toHaveLength(2);
    for (const { securityContext, containers } of workloads) {
      expect(securityContext).toMatchObject({ runAsNonRoot: true });
      expect(securityContext.runAsUser).toBeGreaterThan(10_000);
      for (const { resources } of containers) {
        expect(Object.keys(resources.requests)).toEqual(['cpu', 'memory', 'ephemeral-storage']);
        expect(Object.keys(resources.limits)).toEqual(['memory', 'ephemeral-storage']);
      }
    }
  });

  test('let nothing in that is not asked for', () => {
    expect(manifests['deny-ingress-network-policy.yaml']).toMatchObject({
      spec: { podSelector: {}, policyTypes: ['Ingress'] },
    });
    expect(JSON.stringify(manifests['deny-ingress-network-policy.yaml'])).not.toContain('"ingress"');
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
  'bootstrapServersFromEnv',
  'consumerGroup',
  'consumerGroupFromEnv',
  'topic',
  'topicFromEnv',
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
  beforeAll(() => installSchemas());

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
