import { encodeTicket } from '@client-tickets/tickets';
import { expect, it } from 'vitest';
import { figuresSchema } from '../src/api/index.ts';
import { createUiPipeline, type UiPipeline } from './ui-pipeline.ts';

/** A ticket with more fields than are declared. */
function addTicketWith(pipeline: UiPipeline, fields: Readonly<Record<string, unknown>>): void {
  const ticket = JSON.parse(Buffer.from(encodeTicket(pipeline.tickets.next())).toString()) as object;
  pipeline.addRaw(0, JSON.stringify({ ...ticket, ...fields }));
}

async function unknownFieldsOf({ get }: UiPipeline) {
  return figuresSchema.parse((await get('/api/v1/figures')).body).unknownFields;
}

it('names the fields that are not declared, and how many records had each', async () => {
  const pipeline = createUiPipeline();
  pipeline.addTickets(5);
  for (const fields of [{ channel: 'web' }, { channel: 'phone', shop: 7 }, { channel: null }])
    addTicketWith(pipeline, fields);
  await pipeline.startQuery().finished;
  expect(await unknownFieldsOf(pipeline)).toEqual([
    { name: 'channel', count: 3 },
    { name: 'shop', count: 1 },
  ]);
  const metrics = await (await pipeline.ask('/metrics')).text();
  expect(metrics).toContain('client_tickets_unknown_fields_total{field="channel"} 3\n');
  expect(metrics).toContain('client_tickets_unknown_fields_total{field="shop"} 1\n');
});

it('names none where every field is declared', async () => {
  const pipeline = createUiPipeline();
  pipeline.addTickets(5);
  await pipeline.startQuery().finished;
  expect(await unknownFieldsOf(pipeline)).toEqual([]);
});

it('names 32 fields over all batches, the others together', async () => {
  const pipeline = createUiPipeline({ maxOffsetsPerTrigger: 10 });
  for (let index = 0; index < 100; index += 1) addTicketWith(pipeline, { [`made_up_${index}`]: 1 });
  await pipeline.startQuery().finished;
  const fields = await unknownFieldsOf(pipeline);
  expect(fields).toHaveLength(33);
  expect(fields[0]).toEqual({ name: 'other', count: 68 });
  const metrics = await (await pipeline.ask('/metrics')).text();
  expect(metrics.match(/^client_tickets_unknown_fields_total\{/gm)).toHaveLength(33);
});

it('shows a hostile name in one short line of plain text', async () => {
  const pipeline = createUiPipeline();
  addTicketWith(pipeline, { '\u001b[31m\n</script>\u202e': 1, ['long'.repeat(1_000)]: 2 });
  await pipeline.startQuery().finished;
  for (const { name } of await unknownFieldsOf(pipeline)) {
    expect(name).toMatch(/^[\x20-\x7e]+$/);
    expect(name.length).toBeLessThan(120);
  }
});
