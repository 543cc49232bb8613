/* SPDX-License-Identifier: MIT */
/* Tables as people paste them, or have them in a file: which cells a row has, and its text as it was. */

/** The delimiter of the first line: the most frequent outside quotes; a comma when there is none. */
export function delimiterOf(text) {
  const line = (text.trim().split(/\r?\n/, 1)[0] || '').replace(/"[^"]*"/g, '');
  const counts = ['\t', ',', ';'].map((mark) => [mark, line.split(mark).length]);
  const best = counts.sort((a, b) => b[1] - a[1])[0];
  return best[1] > 1 ? best[0] : ',';
}

/** [{raw, cells}]; a row within quotes may go over lines, blank rows are left out. */
export function tableRows(text) {
  const mark = delimiterOf(text);
  const rows = [];
  let cells = [''];
  let start = 0;
  let quoted = false;
  const end = (at) => {
    if (cells.some((one) => one.trim())) {
      rows.push({ raw: text.slice(start, at), cells: cells.map((one) => one.trim()) });
    }
    cells = [''];
  };
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (char === '"' && (quoted || cells.at(-1) === '')) {
      if (quoted && text[i + 1] === '"') {
        cells[cells.length - 1] += '"';
        i += 1;
      } else {
        quoted = !quoted;
      }
    } else if (quoted) {
      cells[cells.length - 1] += char;
    } else if (char === mark) {
      cells.push('');
    } else if (char === '\n' || char === '\r') {
      end(i);
      start = i + 1;
    } else {
      cells[cells.length - 1] += char;
    }
  }
  end(text.length);
  return rows;
}

/** A file's text: UTF-8, else what spreadsheets in China write. */
export async function fileText(file) {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}
