import { SUPPORT_TEAMS, type SupportTeam } from './support-team.ts';
import { TICKET_TYPES, type Priority, type Ticket, type TicketType } from './ticket.ts';

/** How many tickets of each kind. Plain JSON, with its keys always in the same order. */
export interface TicketCounts {
  readonly ticketCountByType: Readonly<Record<TicketType, number>>;
  readonly ticketCountByTeam: Readonly<Record<SupportTeam, number>>;
  readonly ticketCountByPriority: Readonly<Record<Priority, number>>;
}

export function countTickets(tickets: Iterable<Pick<Ticket, 'type' | 'priority'>>): TicketCounts {
  const byType = { TECHNICAL: 0, BILLING: 0, ACCOUNT: 0, GENERAL: 0 };
  const byPriority = { LOW: 0, MEDIUM: 0, HIGH: 0 };
  for (const { type, priority } of tickets) {
    byType[type] += 1;
    byPriority[priority] += 1;
  }
  return toCounts(byType, byPriority);
}

/** From what was counted already. */
export function toCounts(
  ticketCountByType: TicketCounts['ticketCountByType'],
  ticketCountByPriority: TicketCounts['ticketCountByPriority'],
): TicketCounts {
  return { ticketCountByType, ticketCountByTeam: countByTeam(ticketCountByType), ticketCountByPriority };
}

export const emptyCounts: TicketCounts = countTickets([]);

/** Associative and commutative, with `emptyCounts` as its zero: batches and partitions add up in any order. */
export function mergeCounts(a: TicketCounts, b: TicketCounts): TicketCounts {
  const byType = {
    TECHNICAL: a.ticketCountByType.TECHNICAL + b.ticketCountByType.TECHNICAL,
    BILLING: a.ticketCountByType.BILLING + b.ticketCountByType.BILLING,
    ACCOUNT: a.ticketCountByType.ACCOUNT + b.ticketCountByType.ACCOUNT,
    GENERAL: a.ticketCountByType.GENERAL + b.ticketCountByType.GENERAL,
  };
  return {
    ticketCountByType: byType,
    ticketCountByTeam: countByTeam(byType),
    ticketCountByPriority: {
      LOW: a.ticketCountByPriority.LOW + b.ticketCountByPriority.LOW,
      MEDIUM: a.ticketCountByPriority.MEDIUM + b.ticketCountByPriority.MEDIUM,
      HIGH: a.ticketCountByPriority.HIGH + b.ticketCountByPriority.HIGH,
    },
  };
}

/** A team's count follows from the types that it answers. */
export function countByTeam(byType: TicketCounts['ticketCountByType']): TicketCounts['ticketCountByTeam'] {
  const byTeam = { 'Tech Support': 0, 'Billing Team': 0, 'Account Management': 0, 'General Support': 0 };
  for (const type of TICKET_TYPES) byTeam[SUPPORT_TEAMS[type]] += byType[type];
  return byTeam;
}
