import type { RequestPhrases } from './request-phrases.ts';

export const ENGLISH_PHRASES: RequestPhrases = {
  greeting: ['', '', 'Hello. ', 'Hi there. ', 'Good morning. '],
  parts: {
    TECHNICAL: {
      problem: [
        (w) =>
          `${w.person()} has not been able to sign in since ${w.weekday()}: the password is accepted, then the sign-in page comes back.`,
        (w) => `The CSV export fails with error ${w.httpError()} beyond ${w.number(200, 9000)} rows.`,
        (w) => `The dashboard stays blank for ${w.person()} in ${w.browser()}.`,
        (w) => `The verification code never reaches ${w.person()}'s phone.`,
        (w) =>
          `The sync with our point of sale fails every day around ${w.time()} with error ${w.httpError()}.`,
        (w) => `Notifications no longer arrive at ${w.email()}.`,
      ],
      detail: [
        (w) => `There are ${w.number(3, 60)} of us in the ${w.city()} office, and all of us are affected.`,
        (w) => `It began after the update of ${w.date()}.`,
        (w) => `We have cleared the cache of ${w.browser()} and restarted the machine, with no luck.`,
        (w) => `It is holding up order ${w.order()} for ${w.company()}.`,
        (w) => `The same thing works at ${w.company()}, and we can't see the difference.`,
      ],
      ask: [
        () => `Could you look into it today?`,
        (w) => `Please call us back before ${w.time()}.`,
        () => `What can we do in the meantime?`,
        () => `Do you know when it will be fixed?`,
      ],
    },
    BILLING: {
      problem: [
        (w) => `Invoice ${w.invoice()} says ${w.amount()}, but the quote was for ${w.amount()}.`,
        (w) => `We were charged ${w.amount()} twice on the card ending in ${w.cardEnd()}.`,
        (w) => `The payment of invoice ${w.invoice()} is declined without a reason.`,
        (w) => `Invoice ${w.invoice()} still names ${w.company()}, which is what we used to be called.`,
        (w) => `The credit of ${w.amount()} that was promised on ${w.date()} has not shown up.`,
        (w) => `Invoice ${w.invoice()} for ${w.amount()} does not show our tax number.`,
      ],
      detail: [
        (w) => `Our accountant, ${w.person()}, has to close the books by ${w.date()}.`,
        (w) => `We moved to the ${w.plan()} plan on ${w.date()}.`,
        (w) => `It happened last ${w.weekday()}, at about ${w.time()}.`,
        (w) => `It belongs to order ${w.order()}, delivered to ${w.city()}.`,
        (w) => `I wrote to you about this on ${w.date()} and have had no answer.`,
      ],
      ask: [
        () => `Could you send a corrected invoice?`,
        () => `Please refund the difference.`,
        (w) => `Please confirm to ${w.email()}.`,
        () => `Is the mistake on your side or on ours?`,
      ],
    },
    ACCOUNT: {
      problem: [
        (w) => `${w.person()} takes over from ${w.person()} as the administrator of our account.`,
        (w) => `We would like to go from ${w.number(3, 20)} to ${w.number(21, 80)} users.`,
        (w) => `Please change our contact address to ${w.email()}.`,
        (w) => `Our company will be called ${w.company()} from ${w.date()} on.`,
        (w) => `${w.person()} has left the company, and the access has to be closed.`,
        (w) => `We want to merge the accounts of ${w.company()} and ${w.company()}.`,
      ],
      detail: [
        (w) => `The change should take effect on ${w.date()}.`,
        (w) => `Our offices are in ${w.city()} now.`,
        (w) => `We stay on the ${w.plan()} plan at ${w.amount()} a month.`,
        (w) => `I tried it on the account page on ${w.weekday()}, but the button is greyed out.`,
        (w) => `${w.person()} from the board has approved the request.`,
      ],
      ask: [
        () => `Could you take care of it?`,
        () => `Which documents do you need from us?`,
        (w) => `Please send a confirmation to ${w.email()}.`,
        () => `Will our data be kept?`,
      ],
    },
    GENERAL: {
      problem: [
        (w) => `Do you offer a discount above ${w.number(15, 200)} users?`,
        (w) => `We are comparing your ${w.plan()} plan with what ${w.company()} offers.`,
        (w) => `We are opening a branch in ${w.city()} on ${w.date()}, with ${w.number(3, 40)} people.`,
        (w) => `${w.person()} told us about your service at a trade fair in ${w.city()}.`,
        (w) => `Do you run a training for ${w.number(4, 30)} beginners around ${w.date()}?`,
        (w) => `How long do you keep the data of a customer such as ${w.company()}?`,
      ],
      detail: [
        (w) => `Our budget is about ${w.amount()} a month.`,
        (w) => `I looked through your documentation on ${w.weekday()} and found nothing.`,
        (w) => `${w.person()} will decide on ${w.date()}.`,
        (w) => `Today we share one spreadsheet between ${w.number(2, 12)} departments.`,
        (w) => `We have been on the ${w.plan()} plan since ${w.date()}.`,
      ],
      ask: [
        () => `Could you send us some documentation?`,
        (w) => `Could we talk on ${w.weekday()} at ${w.time()}?`,
        (w) => `Please answer to ${w.email()}.`,
        () => `Who could tell us more?`,
      ],
    },
  },
};
