import type { Ticket, TicketType } from './ticket.ts';

/** Who answers a ticket of each type. */
export const SUPPORT_TEAMS = {
  TECHNICAL: 'Tech Support',
  BILLING: 'Billing Team',
  ACCOUNT: 'Account Management',
  GENERAL: 'General Support',
} as const satisfies Record<TicketType, string>;

export type SupportTeam = (typeof SUPPORT_TEAMS)[TicketType];

export type EnrichedTicket = Ticket & { readonly support_team: SupportTeam };

export function enrichTicket(ticket: Ticket): EnrichedTicket {
  return { ...ticket, support_team: SUPPORT_TEAMS[ticket.type] };
}
