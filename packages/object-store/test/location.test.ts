import { describe, expect, it } from 'vitest';
import { parseLocation } from '../src/index.ts';

describe('a location', () => {
  it.each([
    ['s3://bucket', 'bucket', '', 's3://bucket/'],
    ['s3a://bucket/', 'bucket', '', 's3a://bucket/'],
    ['S3A://client-tickets/results', 'client-tickets', 'results/', 's3a://client-tickets/results/'],
    ['s3://my.bucket_1/a b/c%20d/', 'my.bucket_1', 'a b/c%20d/', 's3://my.bucket_1/a b/c%20d/'],
  ])('%s is a bucket and a prefix', (text, bucket, prefix, shown) => {
    expect(parseLocation(text)).toEqual({ kind: 's3', bucket, prefix, text: shown });
  });

  it.each([
    ['file:///data/results', '/data/results', 'file:///data/results/'],
    ['file:///with%20space/', '/with space', 'file:///with%20space/'],
    ['file:/data', '/data', 'file:///data/'],
    ['/data/../results/', '/results', 'file:///results/'],
    ['data/results', '/work/data/results', 'file:///work/data/results/'],
    ['./été', '/work/été', 'file:///work/%C3%A9t%C3%A9/'],
    ['.', '/work', 'file:///work/'],
    ['/', '/', 'file:///'],
  ])('%s is a folder', (text, path, shown) => {
    expect(parseLocation(text, '/work')).toEqual({ kind: 'folder', path, text: shown });
  });

  it.each([
    ['', 'is empty'],
    ['  ', 'is empty'],
    ['s3:/bucket/x', 'two slashes'],
    ['s3:///results', 'lacks a bucket'],
    ['s3://b/x', 'lacks a bucket'],
    ['s3://bucket//x', 'empty part'],
    ['s3://bucket/a/../b', 'empty part, . or ..'],
    ['file://data/results', 'not absolute'],
    ['file:data', 'not absolute'],
    ['file:///a%2Fb', 'no path on this machine'],
    ['hdfs://name/x', 'the scheme hdfs:'],
    ['https://bucket.s3.amazonaws.com/x', 'the scheme https:'],
    ['~/data', 'only a shell'],
    ['data\0', 'control character'],
  ])('%j is refused by name, with what is allowed', (text, why) => {
    expect(() => parseLocation(text)).toThrow(
      expect.objectContaining({ code: 'refused', message: expect.stringContaining(JSON.stringify(text)) }),
    );
    expect(() => parseLocation(text)).toThrow(why);
    expect(() => parseLocation(text)).toThrow('Allowed: s3://bucket/prefix/');
  });
});
