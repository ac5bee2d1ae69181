import type { Failure } from './failure.ts';

/** What an operator can do about a refusal, in one or two sentences. */
export function refusalAdvice({ type, tlsCode }: Pick<Failure, 'type' | 'tlsCode'>): string {
  if (tlsCode !== undefined) return certificateAdvice(tlsCode);
  if (type === 'INCONSISTENT_GROUP_PROTOCOL') {
    return (
      'The group has members that share partitions in another way, so they are of another program. Choose a name for ' +
      'KAFKA_GROUP_ID that only these consumers have, or stop the others.'
    );
  }
  if (type?.endsWith('AUTHORIZATION_FAILED') === true) {
    return 'Give this user the ACLs of the topic and of the consumer group, or log in as one who has them.';
  }
  return 'Check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.';
}

function certificateAdvice(code: string): string {
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'Name the brokers in KAFKA_BROKERS as their certificates do, or have certificates made for these names.';
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return "Have the broker's certificate renewed, and check the clock of this machine.";
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return (
        'If it is the right broker, let NODE_EXTRA_CA_CERTS name a PEM file with the certificate of the authority that ' +
        'signed for it.'
      );
    default:
      return 'Check KAFKA_SSL, and which versions of TLS the broker allows.';
  }
}
