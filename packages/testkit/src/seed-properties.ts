import fc from 'fast-check';

/**
 * Properties try the same cases each time, so that a failure in one run is a failure in all, and what fails is what was changed last.
 * `PROPERTY_SEED`: a number tries others, `random` others in each run.
 */
const seed = process.env['PROPERTY_SEED'] ?? '20261127';
if (seed !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
