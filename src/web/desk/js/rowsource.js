/* SPDX-License-Identifier: MIT */
/* A table to the API, which answers a line for each row while it reads them. */
import * as api from './api.js';
import { fileText } from './tabletext.js';

const READ_MAX = 64 * 1024 * 1024; // a file beyond it is sent as it is

/** What is sent: {body, name, size, rows, text}; rows is a guess, one a line; text is null where the file was not read. */
export async function readSource(file) {
  if (file.size > READ_MAX) {
    return { body: file, name: file.name, size: file.size, rows: 0, text: null };
  }
  return textSource(await fileText(file), file.name);
}

export function textSource(text, name) {
  const body = new Blob([text], { type: 'text/csv' });
  return { body, name, size: body.size, rows: Math.max(0, text.trim().split('\n').length - 1), text };
}

/** Sends it, and calls tell(rows) as they are done. Gives {summary, rows}; rows are those the answer told of. */
export async function sendRows(path, source, query, tell, signal) {
  const rows = [];
  let summary = null;
  const body = source.body instanceof File ? source.body.slice(0, source.body.size, 'text/csv') : source.body;
  for await (const line of api.lines('POST', path, { body, query: { progress: 'true', ...query }, headers: { 'Content-Type': 'text/csv', Accept: 'application/x-ndjson, application/problem+json' }, signal })) {
    if (line.summary) {
      summary = line.summary;
    } else if (line.progress) {
      tell(line.progress.rows);
    } else {
      rows.push(line);
    }
  }
  if (!summary) {
    throw new api.Problem(0);
  }
  return { summary, rows };
}
