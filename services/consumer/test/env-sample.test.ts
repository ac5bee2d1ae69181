import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSettings } from '@client-tickets/service-kit';
import { expect, test } from 'vitest';
import { consumerSettings } from '../src/config.ts';

const sample = readFileSync(join(import.meta.dirname, '../../../.env.sample'), 'utf8');

test.each(describeSettings(consumerSettings))('.env.sample lists $name with its default', (row) => {
  expect(sample.split('\n')).toContain(`#${row.name}=${row.default ?? ''}`);
});
