import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import dotenv from 'dotenv';
import { expect, onTestFinished, test } from 'vitest';
import { checkDotEnv } from '../src/check-dot-env.ts';

/** Lines that are one value to all three; tried with dotenv 18, python-dotenv 0.21 and compose-go 2.16. */
const same: readonly (readonly [line: string, value: string])[] = [
  ['X=abc #def', 'abc'],
  ["X='abc#def'", 'abc#def'],
  ['X="abc#def"', 'abc#def'],
  ["X='a$b'", 'a$b'],
  ['X=a\\b', 'a\\b'],
  ["X='a\\b'", 'a\\b'],
  ["X='a\\nb'", 'a\\nb'],
  ['X=a\\', 'a\\'],
  ['X=', ''],
  ["X=''", ''],
  ['export X=1', '1'],
  [' X = 1 ', '1'],
  ["X='a' # b", 'a'],
  ["X='a'#b", 'a'],
  ['X="a\' b"', "a' b"],
  ["X='a\" b'", 'a" b'],
  ["X='a`b'", 'a`b'],
  ["X=it's", "it's"],
  ['X=a"b"', 'a"b"'],
  ['X=1 second', '1 second'],
  ["X='  padded  '", '  padded  '],
  ['X=a=b', 'a=b'],
  ['X=éñ', 'éñ'],
  ['X={"t":{"0":-2}}', '{"t":{"0":-2}}'],
];

const different = [
  'X=abc#def',
  'X=abc\t#def',
  'X=#abc',
  'X= #abc',
  'X=a$b',
  'X=$$a',
  'X=a\\$b',
  'X="a$b"',
  "X='a${b}'",
  "X='a\\\\b'",
  "X='a\\'b'",
  "X='a\\'",
  'X="a\\b"',
  'X="a\\nb"',
  "X='a'b",
  "X='a' b",
  'X=`a`',
  'X="abc',
  "X='abc",
  "X=a'b c'#d",
];

test.each(same)('%j is taken', (line, value) => {
  expect(checkDotEnv(line)).toEqual([]);
  expect(dotenv.parse(line)).toEqual({ X: value });
});

test.each(different)('%j is refused with advice, and without its value', (line) => {
  expect(checkDotEnv(`# first\r\n${line}\r\nY=1`)).toEqual([
    {
      variable: 'X',
      message: expect.stringMatching(
        /^line 2 of \.env means one thing .*Write X='…' in single quotes;.*shell/,
      ),
    },
  ]);
  expect(checkDotEnv(line)[0]?.message).not.toMatch(/abc|a\$b|def/);
});

test.each(['X', 'foo bar', 'X: 1', '=1', '- X=1'])('%j is no assignment', (line) => {
  expect(checkDotEnv(`\n${line}`)).toEqual([
    { variable: 'line 2 of .env', message: 'expected NAME=value or a # before a comment' },
  ]);
});

// Where Debian's docker-compose 1.29 is.
const PYTHON = '/usr/bin/python3';
const hasVersion1 = spawnSync(PYTHON, ['-c', 'import compose']).status === 0;

test.runIf(hasVersion1)('docker-compose 1 reads what is taken as these programs do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dot-env-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const names = same.map((_, index) => `X${index}`);
  writeFileSync(
    join(folder, '.env'),
    same.map(([line], index) => line.replace('X', names[index] ?? '')).join('\n'),
  );
  const environment = Object.fromEntries(names.map((name) => [name, `\${${name}}`]));
  const file = { version: '3', services: { s: { image: 'none', environment } } };
  writeFileSync(join(folder, 'docker-compose.yml'), JSON.stringify(file));
  const program = `
import json, os, sys
from compose.cli.command import get_config_from_options
print(json.dumps(get_config_from_options('.', {}).services[0]['environment']))`;
  const { stdout } = spawnSync(PYTHON, ['-c', program], { cwd: folder, encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual(
    Object.fromEntries(same.map(([, value], index) => [names[index], value])),
  );
});
