import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestLocation, hasKafka, hasS3, uniqueName } from '@client-tickets/testkit';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const EXAMPLE = 'examples/orders';

/** A fenced block of the page, without its fence. `file`: the one that it shows. */
interface Block {
  readonly language: string;
  readonly file: string;
  readonly text: string;
}

const page = await readFile(join(ROOT, 'docs/your-own-query.md'), 'utf8');
const blocks = [...page.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms)].map(
  ([, language = '', file = '', text = '']): Block => ({ language, file, text }),
);
const programs = blocks.filter(({ file }) => file !== '');
/** Each step: commands, and what they print. */
const steps = blocks.flatMap(({ language, text }, index) => {
  const next = blocks[index + 1];
  return language === 'sh' ? [{ commands: text, printed: next?.language === 'text' ? next.text : '' }] : [];
});

interface Reader {
  /** Pastes commands into a shell in the repository, with places of its own for what others use. Resolves with what they print. */
  readonly follow: (commands: string, places?: Readonly<Record<string, string>>) => Promise<string>;
}

/** Someone who has copied the page's programs to beside the example, so that they find the same packages. */
async function startReading(): Promise<Reader> {
  await mkdir(join(ROOT, EXAMPLE, 'data'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, EXAMPLE, 'data/reader-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'results');
  for (const { file, text } of programs)
    await writeFile(file.replace(EXAMPLE, folder), text.replaceAll('data/orders', data));
  return {
    follow: async (commands, places = {}) => {
      const own = Object.entries({ [EXAMPLE]: folder, 'data/orders': data, ...places });
      const script = own.reduce((text, [shown, here]) => text.replaceAll(shown, here), commands);
      const options = { cwd: ROOT, env: { ...process.env, CI: 'true' } };
      return (await promisify(execFile)('sh', ['-euc', script], options)).stdout;
    },
  };
}

const [tryIt, verifyIt, runIt, changeIt] = steps;

test('the page shows the programs of the example as they are, the declaration in under 60 lines', async () => {
  for (const { file, text } of programs) expect(await readFile(join(ROOT, file), 'utf8'), file).toBe(text);
  const declaration = programs.find(({ file }) => file.endsWith('order-query.ts'));
  expect(declaration?.text.split('\n').length).toBeLessThan(60);
  expect(steps).toHaveLength(4);
});

test('without any server, the page gives the counts that it shows, and `verify` proves them', async () => {
  const { follow } = await startReading();
  expect(await follow(tryIt?.commands ?? '')).toBe(tryIt?.printed);
  expect(await follow(verifyIt?.commands ?? '')).toBe(verifyIt?.printed);
  const rows = await follow('cat data/orders/results/orders_json/partition=0/*.json');
  expect(rows).toBe(
    '{"order_id":"A-1","amount":12.5,"currency":"EUR","placed_at":"2026-11-22T09:30:00.000Z","note":"by bike","region":"Europe","kafka_partition":0,"kafka_offset":0}\n' +
      '{"order_id":"café","amount":3,"currency":"GBP","placed_at":"2026-11-22T08:30:00.123456Z","note":null,"region":"Europe","kafka_partition":0,"kafka_offset":1}\n' +
      '{"order_id":"A-3","amount":0.1,"currency":"USD","placed_at":"2026-11-22T09:30:00.000Z","note":null,"region":"America","kafka_partition":0,"kafka_offset":2}\n',
  );
});

test.skipIf(!hasKafka || !hasS3)('with real Kafka and S3, the page gives what it shows', async () => {
  const location = await createTestLocation('s3');
  onTestFinished(() => location.remove());
  const topic = uniqueName('orders');
  const places = {
    'KAFKA_TOPIC=orders': `KAFKA_TOPIC=${topic}`,
    'KAFKA_GROUP_ID=orders': `KAFKA_GROUP_ID=${topic}`,
    'HTTP_PORT=8091': 'HTTP_PORT=0',
    's3a://client-tickets/orders/results/': location.RESULTS_PATH,
    's3a://client-tickets/orders/checkpoints/': location.CHECKPOINT_PATH,
  };
  for (const shown of Object.keys(places)) expect(runIt?.commands).toContain(shown);
  const { follow } = await startReading();
  expect(await follow(runIt?.commands ?? '', places)).toContain(runIt?.printed);
});

test('a changed declaration is refused with the words of the page', async () => {
  const { follow } = await startReading();
  await follow(tryIt?.commands ?? '');
  const [settings = ''] = (verifyIt?.commands ?? '').split('\n');
  expect(await follow(`${settings}\n${changeIt?.commands}`)).toBe(changeIt?.printed);
  await expect(follow(`node --import tsx ${EXAMPLE}/try.ts`)).rejects.toThrow('currency: CHF added');
});
