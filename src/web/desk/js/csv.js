/* SPDX-License-Identifier: MIT */
/*
 * What a table shows as a file for a spreadsheet, by the same rules as the server's CSV: every text is quoted, and one
 * that a spreadsheet would run as a formula gets an apostrophe in front (owasp.org/www-community/attacks/CSV_Injection).
 */
import { save } from './download.js';

const BOM = '\uFEFF'; // without it Excel takes UTF-8 for the machine's own encoding
// Blanks and apostrophes in front do not stop a spreadsheet; Asian editions take the full-width forms as well.
const FORMULA = /^'*[ \n]*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;

function cell(value) {
  if (typeof value === 'number') {
    return String(value);
  }
  const text = String(value ?? '');
  return `"${FORMULA.test(text) ? "'" : ''}${text.replaceAll('"', '""')}"`;
}

/** csvText(['Name', 'Clicks'], [['a', 1]]): numbers stay numbers. */
export function csvText(head, rows) {
  return BOM + [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Hands the reader a file: saveCsv('sources', head, rows) */
export function saveCsv(name, head, rows) {
  save(new Blob([csvText(head, rows)], { type: 'text/csv;charset=utf-8' }), `${name}.csv`);
}
