import { describe, expect, it } from 'vitest';
import { parseLinks } from '../src/page-links.ts';

describe('links of the page', () => {
  it('are names and addresses, separated by commas', () => {
    expect(parseLinks('Redpanda Console=http://127.0.0.1:8080, Files = https://host/a?b=c')).toEqual([
      { name: 'Redpanda Console', url: 'http://127.0.0.1:8080/' },
      { name: 'Files', url: 'https://host/a?b=c' },
    ]);
  });

  it.each([
    'Console',
    '=http://localhost',
    'Console=localhost:8080',
    'Evil=javascript:alert(1)',
    'A=http://a,',
  ])('are refused where they are none: %s', (text) => {
    expect(() => parseLinks(text)).toThrow(/^expected name=http:\/\/address, found /);
  });
});
