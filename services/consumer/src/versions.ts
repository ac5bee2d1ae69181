import manifest from '../package.json' with { type: 'json' };

/** What runs here, for the UI and the metrics. */
export const versions: Readonly<Record<string, string>> = {
  'client-tickets': manifest.version,
  node: process.version,
};
