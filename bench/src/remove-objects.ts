import { openObjectStore, parseLocation } from '@client-tickets/object-store';

/** Deletes everything below an S3 location. */
export async function removeObjects(location: string): Promise<void> {
  const store = await openObjectStore(parseLocation(location), {
    s3: { endpoint: process.env['AWS_ENDPOINT_URL_S3'] },
  });
  try {
    for await (const { key } of store.list('')) await store.delete(key);
  } finally {
    await store.close();
  }
}
