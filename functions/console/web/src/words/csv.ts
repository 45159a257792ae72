// A CSV file is UTF-8 with lines of RFC 4180. It begins with a byte order mark, without which Excel takes it for the
// computer's own encoding.
const BYTE_ORDER_MARK = "\ufeff";

// Spreadsheets run a cell that begins with one of these as a formula, also if the file quotes the cell. Excel also takes the
// full-width forms, and some programs drop white space in front of them first.
const FORMULA = /^(?:[\t\r\n]|[\s\ufeff\u200b-\u200f\u2066-\u2069]*[=+\-@＝＋－＠])/u;

/** Returns the beginning of a CSV file: the byte order mark and the line of column names. */
export function csvHead(columns: readonly string[]): string {
  return BYTE_ORDER_MARK + csvLine(columns);
}

/**
 * Returns a line of a CSV file with its line end. Each cell is quoted. A cell that a spreadsheet would run as a formula gets an
 * apostrophe in front, because people choose their own names and an export may be opened by an administrator.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${defused(cell).replaceAll('"', '""')}"`).join(",")}\r\n`;
}

function defused(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}
