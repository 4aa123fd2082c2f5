/** Plain text as the bot writes it, taken apart into paragraphs, lists and links. */

export type Block = { readonly paragraph: string } | { readonly items: readonly string[] };
export type Span = { readonly text: string; readonly href?: string };

const BULLET = /^\s*•\s+/;
// Addresses that people read as such; the end of a sentence is not part of them.
const ADDRESS = /(https?:\/\/[^\s<>"»«]+[^\s<>"»«.,;:!?)\]]|www\.[\w.-]+\.[a-zäöü]{2,}(?:\/[^\s<>"»«]*[^\s<>"»«.,;:!?)\]])?|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/i;

/** Paragraphs (separated by an empty line) and lists (lines that begin with »• «), in their order. */
export function splitBlocks(text: string): Block[] {
  return text.split(/\n{2,}/).flatMap(splitParagraph);
}

function splitParagraph(paragraph: string): Block[] {
  const blocks: ({ lines: string[]; isList: boolean })[] = [];
  for (const line of paragraph.split("\n").filter((line) => line.trim())) {
    const isList = BULLET.test(line);
    const last = blocks.at(-1);
    const content = line.replace(BULLET, "").trim();
    if (last?.isList === isList) last.lines.push(content);
    else blocks.push({ lines: [content], isList });
  }
  return blocks.map(({ lines, isList }) => (isList ? { items: lines } : { paragraph: lines.join("\n") }));
}

/** `text` with its web and e-mail addresses told apart. */
export function splitLinks(text: string): Span[] {
  return text.split(ADDRESS).flatMap((part, index): Span[] => {
    if (!part) return [];
    return [index % 2 ? { text: part, href: hrefOf(part) } : { text: part }];
  });
}

function hrefOf(address: string): string {
  if (/^https?:/i.test(address)) return address;
  return address.includes("@") ? `mailto:${address}` : `https://${address}`;
}

/** How many characters the server counts. */
export function countChars(text: string): number {
  return Array.from(text).length;
}
