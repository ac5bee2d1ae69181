import { isDead, isTicket, ticketJson, withField, withMembers, type HostileCase } from './hostile-case.ts';

/** What fits into one message of `bytes` beside key, headers and what the batch itself takes. */
const ROOM_BYTES = 200;

/** Messages as long as the brokers let them be: `bytes` is the topic's `max.message.bytes`. */
export function sizeCases(bytes: number): readonly HostileCase[] {
  const room = bytes - ROOM_BYTES;
  const fill = (text: string, length: number): string =>
    text.repeat(Math.floor(length / Buffer.byteLength(text)));
  const left = room - Buffer.byteLength(ticketJson);
  return [
    isDead('a message as long as can be, of one letter', fill('x', room)),
    isDead('a message as long as can be, of bytes that are no text', Buffer.alloc(room, 0xff)),
    isDead('a message as long as can be, of open brackets', fill('[', room)),
    isDead('an unknown type as long as can be', withField('type', JSON.stringify(fill('é', left)))),
    isTicket('a request as long as can be', withField('request', JSON.stringify(fill('请求 🎫', left)))),
    isTicket(
      'a request of NULs, each of six bytes in JSON',
      withField('request', `"${fill(String.raw`\u0000`, left)}"`),
    ),
    isTicket('blanks as many as there can be', ticketJson + fill(' ', left)),
    isTicket('a field of no interest as long as can be', withMembers(`"x":"${fill('y', left - 10)}"`)),
  ];
}
