/**
 * Text that can do nothing to a terminal but be read: control characters (of both kinds), DEL, marks that turn the direction of
 * writing, line separators and what is invisible are written as `\u009b`. Line feeds stay. Inside a JSON string that is the same
 * text, so a JSON document keeps its meaning.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n'
      ? character
      : Array.from({ length: character.length }, (_, index) => escapeUnit(character, index)).join(''),
  );
}

function escapeUnit(text: string, index: number): string {
  return `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`;
}
