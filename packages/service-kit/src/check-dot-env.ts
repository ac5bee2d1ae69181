import type { SettingProblem } from './settings-error.ts';

/**
 * What is wrong with a `.env` file: lines that its readers take for different things. They are these programs (by
 * dotenv), docker-compose 1.29 (by python-dotenv) and Docker Compose 2 (by compose-go). `PASSWORD=abc#def`, for instance, is `abc`
 * to the first and `abc#def` to the others. No value is repeated: it may be a secret.
 *
 * | to hold        | write                                                                   |
 * | -------------- | ----------------------------------------------------------------------- |
 * | # $ " `        | single quotes                                                           |
 * | '              | double quotes, or none                                                  |
 * | a single \     | single quotes, or none                                                  |
 * | other mixtures | nothing works everywhere: set the variable in the shell, which wins   |
 */
export function checkDotEnv(text: string): readonly SettingProblem[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    const [, name, value] = ASSIGNMENT.exec(line) ?? [];
    const where = `line ${index + 1} of .env`;
    if (name === undefined || value === undefined) {
      if (/^\s*(#|$)/.test(line)) return [];
      return { variable: where, message: 'expected NAME=value or a # before a comment' };
    }
    const why = ambiguity(value.trimEnd());
    if (why === undefined) return [];
    const message =
      `${where} means one thing to this program and another to Docker Compose: ${why}. Write ${name}='…' in single quotes; ` +
      "where the value holds ' or ${ or ends with a backslash, set it in the shell instead, which takes precedence over .env";
    return { variable: name, message };
  });
}

const ASSIGNMENT = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/;

function ambiguity(value: string): string | undefined {
  const quote = value.charAt(0);
  if (quote === '`') return 'backticks are quotes to one alone';
  if (quote === "'" || quote === '"') {
    const end = value.indexOf(quote, 1);
    if (end < 0) return `the ${quote} at its beginning is not closed`;
    if (!/^\s*(#|$)/.test(value.slice(end + 1))) return `something follows the closing ${quote}`;
    return quote === "'" ? inSingleQuotes(value.slice(1, end)) : inDoubleQuotes(value.slice(1, end));
  }
  const comment = value.indexOf(' #');
  const bare = comment < 0 ? value : value.slice(0, comment);
  if (bare.includes('#')) return 'its # begins a comment to one alone';
  return bare.includes('$') ? 'its $ stands for a variable to one alone' : undefined;
}

function inSingleQuotes(content: string): string | undefined {
  if (content.includes('${')) return 'its ${ stands for a variable to one alone';
  return /\\\\|\\$/.test(content) ? 'its backslash escapes something to one alone' : undefined;
}

function inDoubleQuotes(content: string): string | undefined {
  if (content.includes('$')) return 'its $ stands for a variable to one alone';
  return content.includes('\\') ? 'its backslash escapes something to one alone' : undefined;
}
