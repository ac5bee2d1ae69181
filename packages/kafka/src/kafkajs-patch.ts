import { KafkaError } from './kafka-error.ts';

/** What `patches/kafkajs@2.2.4.patch` makes kafkajs export. Raised there and here with each change that this package needs. */
const EXPECTED = 2;

/**
 * Throws a `KafkaError` `unsupported` unless this is the patched kafkajs. The published one would lose records and say nothing:
 * all sockets share one buffer here, which only the patched one copies from at once.
 */
export function checkPatch({ clientTicketsPatch }: { readonly clientTicketsPatch?: unknown }): void {
  if (clientTicketsPatch === EXPECTED) return;
  const found =
    clientTicketsPatch === undefined
      ? 'the published kafkajs'
      : `kafkajs with patch ${JSON.stringify(clientTicketsPatch)}`;
  throw new KafkaError(
    'unsupported',
    `Expected kafkajs with patch ${EXPECTED} of patches/kafkajs@2.2.4.patch, found ${found}, which loses records with this ` +
      'program. Only pnpm applies the patch: delete node_modules and install again with `npx -y pnpm@12 install`.',
  );
}
