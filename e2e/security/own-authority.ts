import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface OwnAuthority {
  /** The certificate of the authority, which no machine trusts by itself. */
  readonly certificate: string;
  /** Key and certificate of a server at 127.0.0.1 (and by no other name) in one PEM file, as Kafka reads it. */
  readonly server: string;
}

/** Makes an authority of one day, and a server's certificate that it has signed. */
export async function createAuthority(folder: string): Promise<OwnAuthority> {
  const at = (name: string): string => join(folder, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const openssl = (args: readonly string[]): Promise<unknown> => run('openssl', args);
  const authority = ['-keyout', at('ca.key'), '-out', at('ca.pem')];
  await openssl([
    'req',
    '-x509',
    ...newKey,
    '-days',
    '1',
    '-subj',
    '/CN=An authority of a test',
    ...authority,
  ]);
  const names = ['-subj', '/CN=A broker of a test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  await openssl(['req', ...newKey, ...names, '-keyout', at('server.key'), '-out', at('server.csr')]);
  const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-out', at('server.pem')];
  const request = ['-copy_extensions', 'copy', '-in', at('server.csr')];
  await openssl(['x509', '-req', '-days', '1', ...request, ...signed]);
  const parts = ['server.key', 'server.pem'].map((name) => readFile(at(name), 'utf8'));
  const server = at('server-with-key.pem');
  await writeFile(server, (await Promise.all(parts)).join(''));
  return { certificate: at('ca.pem'), server };
}
