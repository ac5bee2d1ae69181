import { by, defineQuery, defineRecord, oneOf, timestamp } from '@client-tickets/records';

/** The smallest one that counts by the hour. */
export const hourlyQuery = defineQuery({
  table: 'tickets',
  record: defineRecord('ticket', { created_at: timestamp(), type: oneOf('BILLING', 'GENERAL') }),
  derive: {},
  counts: { ticket_counts: by('type'), ticket_counts_by_hour: by('type').perHour('created_at') },
});
