import { describe, expect, it } from 'vitest';
import { addPoint, joinHistory, NOTHING_CHARTED, type Charted } from '../web/src/live/charted.ts';
import { madeHistory, madePoint } from './in-browser/made-events.ts';

const history = (...at: readonly number[]) =>
  madeHistory(at.map((each) => madePoint({ at: each, lag: each })));
const seen = (...at: readonly number[]): Charted => joinHistory(NOTHING_CHARTED, history(...at));

describe('what the charts show', () => {
  it('keeps what the page saw before the consumer was started again, with a gap in the lines', () => {
    const joined = joinHistory(seen(1, 2, 3), history(10, 11));
    expect(joined.at).toEqual([1, 2, 3, 4, 10, 11]);
    expect(joined.lag).toEqual([1, 2, 3, null, 10, 11]);
  });

  it('takes the word of the consumer for the time that it remembers', () => {
    const joined = joinHistory(
      seen(1, 2, 3),
      madeHistory([madePoint({ at: 2, lag: 70 }), madePoint({ at: 3, lag: 80 })]),
    );
    expect(joined.lag).toEqual([1, 70, 80]);
  });

  it('keeps the seconds that came while the history was asked for', () => {
    expect(joinHistory(addPoint(seen(4, 5), madePoint({ at: 6 })), history(4, 5)).at).toEqual([4, 5, 6]);
  });

  it('stays as it is when the consumer remembers nothing yet', () => {
    expect(joinHistory(seen(1, 2), history())).toEqual(seen(1, 2));
  });

  it('adds a second once, and never goes back in time', () => {
    expect(addPoint(addPoint(seen(1), madePoint({ at: 2 })), madePoint({ at: 2 })).at).toEqual([1, 2]);
    expect(addPoint(seen(5), madePoint({ at: 4 })).at).toEqual([5]);
  });

  it('keeps a quarter of an hour', () => {
    const all = Array.from({ length: 900 }, (_, index) => index);
    expect(addPoint(seen(...all), madePoint({ at: 900 })).at).toEqual([...all.slice(1), 900]);
  });
});
