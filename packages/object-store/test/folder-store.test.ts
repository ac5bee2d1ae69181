import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openObjectStore } from '../src/index.ts';
import { describeObjectStore } from './object-store-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'object-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeObjectStore('a local folder', { open: () => openObjectStore(folder), racers: 20 });
