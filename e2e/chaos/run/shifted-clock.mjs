// Loaded before a program: lets its parent shift what it takes for the time of day, from the beginning or at any time. Timers and the monotonic clock go on.
const SystemDate = Date;
let shift = Number(process.env.SHIFT_CLOCK_BY ?? 0);

globalThis.Date = class Date extends SystemDate {
  constructor(...parts) {
    if (parts.length === 0) super(SystemDate.now() + shift);
    else super(...parts);
  }
  static now() {
    return SystemDate.now() + shift;
  }
};

process.on('message', (message) => {
  shift = message.shiftClockBy;
});
process.channel?.unref(); // listening must not keep the consumer alive
