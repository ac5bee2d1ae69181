import type { TicketType } from './ticket.ts';

/** What the producer's clients ask for, by the type that the desk files it under. */
export const REQUESTS = {
  TECHNICAL: 'Problème de connexion',
  BILLING: 'Erreur de facturation',
  ACCOUNT: 'Demande de changement de compte',
  GENERAL: 'Question générale',
} as const satisfies Record<TicketType, string>;
