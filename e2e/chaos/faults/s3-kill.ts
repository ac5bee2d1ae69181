import type { Fault } from './fault.ts';

export const s3Kill: Fault = {
  name: 's3-kill',
  title: 'the S3 server killed and revived',
  storages: ['s3'],
  consumers: [1, 3],
  flowMs: 5_000,
  share: 4,
  disturbsServers: true,
  async unleash({ servers, random, after }) {
    const kills = 1 + random.below(2);
    for (let count = 0; count < kills; count += 1) {
      await after(200 + random.below(2_000));
      await servers.killS3();
      await after(random.below(3_000));
      await servers.startS3();
    }
  },
};
