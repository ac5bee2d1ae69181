// @ts-check
import { posix } from 'node:path';
import { importTable, rooms } from './import-table.js';

const SCOPE = '@client-tickets/';
const TABLE = 'tools/lint/import-table.js';

/**
 * Why a file may not import something, or undefined when it may.
 *
 * @param {string} file path from the root of the repository, with `/`
 * @param {string} specifier as the file writes it
 * @returns {string | undefined}
 */
export function forbiddenImport(file, specifier) {
  if (specifier.startsWith('node:')) return undefined;
  if (!specifier.startsWith('.')) return outsideOfTable(file, packageName(specifier));
  const target = posix.join(posix.dirname(file), specifier);
  return outsideOfPackage(file, target) ?? upwards(file, target);
}

/** @param {string} file @param {string} wanted name of a package */
function outsideOfTable(file, wanted) {
  const home = packageFolder(file);
  if (!/^(packages|services)\//.test(home) || !file.startsWith(`${home}/src/`)) return undefined;
  const row = importTable[home];
  if (row === undefined) return `${home} has no row in ${TABLE}, which says who may import what.`;
  const allowed = [...row.ours.map((name) => SCOPE + name), ...row.npm];
  if (allowed.includes(wanted)) return undefined;
  return `${home} may import ${allowed.join(', ') || "Node's own modules only"}, not ${wanted} (${TABLE}).`;
}

/** @param {string} file @param {string} target */
function outsideOfPackage(file, target) {
  const home = packageFolder(file);
  const away = packageFolder(target);
  if (away === home || away === target) return undefined;
  return `${target} is in ${away}: import a package by its name; only what its "exports" name is public.`;
}

/** @param {string} file @param {string} target */
function upwards(file, target) {
  for (const [folder, floors] of Object.entries(rooms)) {
    const from = floor(folder, floors, file);
    const to = floor(folder, floors, target);
    if (from !== undefined && to !== undefined && to > from)
      return `${file} imports upwards: the rooms of ${folder} are, from the bottom, ${floors.join(', ')} (${TABLE}).`;
  }
  return undefined;
}

/** @param {string} folder @param {readonly string[]} floors @param {string} path */
function floor(folder, floors, path) {
  if (!path.startsWith(`${folder}/`)) return undefined;
  const room = floors.indexOf(path.slice(folder.length + 1).split('/')[0] ?? '');
  return room === -1 ? floors.length : room;
}

/** @param {string} path from the root of the repository */
function packageFolder(path) {
  const [top = '', name = ''] = path.split('/');
  return ['packages', 'services', 'tools'].includes(top) ? `${top}/${name}` : top;
}

/** @param {string} specifier of a package, or of something in it */
function packageName(specifier) {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
