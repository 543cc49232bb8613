/* SPDX-License-Identifier: MIT */
/* Files that the desk hands to its reader. */
import * as api from './api.js';
import { h } from './dom.js';

const LIFE_MS = 60000; // long enough for the browser to have begun

/** Saves a Blob under that name. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = h('a', { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), LIFE_MS);
}

/** What the server calls the file (RFC 6266), else ''. */
function nameOf(answer) {
  const found = /filename\*=UTF-8''([^;]+)/i.exec(answer.headers.get('Content-Disposition') || '');
  return found ? decodeURIComponent(found[1]) : '';
}

/** Saves the answer of a call; with `own` under that name even where the server has one. */
export async function saveAnswer(method, path, options, name, { own = false } = {}) {
  const answer = await api.call(method, path, { ...options, headers: { Accept: '*/*' } });
  save(await answer.blob(), (!own && nameOf(answer)) || name);
}

/** "spring-20261111" of a name, for a file. */
export function dated(name) {
  const now = new Date();
  return `${name}-${now.getFullYear()}${String(now.getMonth() + 1).padStart(2, '0')}${String(now.getDate()).padStart(2, '0')}`;
}
