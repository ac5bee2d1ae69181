const SECTION = /^<!-- bench:([\w:-]+) -->\n[^]*?^<!-- \/bench:\1 -->$/gm;

/**
 * Puts text between the marks of each section, in place of what is there:
 *
 *     <!-- bench:latency -->
 *     <!-- /bench:latency -->
 *
 * Throws for a section without text.
 */
export function fillSections(document: string, textOf: (section: string) => string | undefined): string {
  return document.replaceAll(SECTION, (_, section: string) => {
    const text = textOf(section);
    if (text === undefined) throw new Error(`there is no section called ${section}`);
    return [`<!-- bench:${section} -->`, text, `<!-- /bench:${section} -->`].join('\n\n');
  });
}
