/** Orders as three programs write them, and two messages that are none: a negative amount, a currency that is not declared. */
export const ORDERS = [
  '{"order_id":"A-1","amount":12.5,"currency":"EUR","placed_at":"2026-11-22T09:30:00.000Z","note":"by bike"}',
  '{"currency": "GBP", "placed_at": "2026-11-22 09:30:00.123456+01", "amount": 3, "order_id": "caf\\u00e9", "shop": 7}',
  '{ "order_id" : "A-3", "note" : null, "amount" : 0.10, "currency" : "USD", "placed_at" : "2026-11-22T09:30:00" }',
  '{"order_id":"A-4","amount":-1,"currency":"EUR","placed_at":"2026-11-22T09:30:00Z"}',
  '{"order_id":"A-5","amount":1,"currency":"CHF","placed_at":"2026-11-22T09:30:00Z"}',
];
