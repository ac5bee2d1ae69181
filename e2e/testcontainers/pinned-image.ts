import { readFileSync } from 'node:fs';
import { getContainerRuntimeClient, ImageName } from 'testcontainers';

// Its reaper is one more image to pull; these tests remove their containers themselves.
process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';

export interface PinnedImage {
  readonly name: string;
  /** Why there can be no container of it here. */
  readonly skipped: string | undefined;
}

/**
 * The image that docker-compose.yml pins. Tests never pull one: they take what a Docker engine here has already, so a test
 * run takes seconds, or says what to do for more.
 */
export async function pinnedImage(repository: string): Promise<PinnedImage> {
  const compose = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
  const name = new RegExp(`image: (${repository}:\\S+)`).exec(compose)?.[1];
  if (name === undefined) throw new Error(`docker-compose.yml pins no image of ${repository}`);
  const skipped = await whyMissing(name);
  if (skipped !== undefined) console.warn(`Tests in a container of ${name} are skipped: ${skipped}`);
  return { name, skipped };
}

async function whyMissing(name: string): Promise<string | undefined> {
  try {
    const { image } = await getContainerRuntimeClient();
    return (await image.exists(ImageName.fromString(name))) ? undefined : `docker pull ${name} first`;
  } catch (error) {
    return `no Docker engine answers (${error instanceof Error ? error.message : String(error)})`;
  }
}
