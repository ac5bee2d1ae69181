// @ts-check
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forbiddenImport } from './forbidden-import.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** A plugin of oxlint. `import-table`: reports what import-table.js does not allow, type imports included. */
export default {
  meta: { name: 'rooms' },
  rules: {
    'import-table': {
      /** @param {{ filename: string, report: (found: { node: unknown, message: string }) => void }} context */
      create(context) {
        const file = relative(repository, context.filename).split(sep).join('/');
        /** @param {{ source?: { type: string, value?: unknown } | null }} node */
        const check = ({ source }) => {
          if (typeof source?.value !== 'string') return;
          const message = forbiddenImport(file, source.value);
          if (message !== undefined) context.report({ node: source, message });
        };
        return {
          ImportDeclaration: check,
          ExportNamedDeclaration: check,
          ExportAllDeclaration: check,
          ImportExpression: check,
        };
      },
    },
  },
};
