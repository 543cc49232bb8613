/* SPDX-License-Identifier: MIT */
/*
 * Calls of the public API, the only way the desk reads or changes anything. A session that ended asks its reader to sign
 * in again and then goes on with the same call, so nothing that was entered is lost.
 */
import { lang } from './i18n.js';
import { searchText } from './query.js';

const BASE = '/api/v1';
const WAIT_MAX_S = 5; // a Retry-After that is longer is the reader's business

/** What the API refused (RFC 9457). status 0: the server could not be reached. */
export class Problem extends Error {
  constructor(status, body = {}, retryAfter = 0) {
    super(body.detail || body.title || '');
    this.status = status;
    this.slug = (body.type || '').split(':').at(-1); // "alias-taken"
    this.body = body;
    this.retryAfter = retryAfter;
    /** field -> sentence */
    this.fields = new Map((body.errors || []).map((error) => [error.field, error.detail]));
  }
}

const state = { csrf: '', signedOut: null, asking: null, running: 0 };

export function setCsrf(value) {
  state.csrf = value || '';
}

/** `ask` shows the sign-in dialog and resolves with true once the reader is signed in again. */
export function whenSignedOut(ask) {
  state.signedOut = ask;
}

function running(change) {
  state.running += change;
  document.dispatchEvent(new CustomEvent('desk:busy', { detail: state.running }));
}

/** The address of an API path, for images and downloads: apiUrl('/links/lnk_1/qr', {format: 'svg'}) */
export function apiUrl(path, query) {
  return BASE + path + searchText(query);
}

/** A reference as one path segment. */
export function segment(ref) {
  return encodeURIComponent(ref);
}

function headersOf(method, options) {
  const headers = { Accept: 'application/json', 'Accept-Language': lang(), ...options.headers };
  if (options.body !== undefined && !headers['Content-Type']) {
    headers['Content-Type'] = 'application/json';
  }
  if (method !== 'GET' && state.csrf) {
    headers['X-CSRF-Token'] = state.csrf;
  }
  if (options.ifMatch) {
    headers['If-Match'] = options.ifMatch;
  }
  return headers;
}

async function problemOf(response) {
  const retryAfter = Number(response.headers.get('Retry-After')) || 0;
  try {
    return new Problem(response.status, await response.json(), retryAfter);
  } catch {
    return new Problem(response.status, {}, retryAfter);
  }
}

async function once(method, path, options) {
  const body = options.body === undefined || typeof options.body === 'string' || options.body instanceof Blob
    ? options.body : JSON.stringify(options.body);
  let response;
  running(1);
  try {
    response = await fetch(apiUrl(path, options.query), {
      method, body, headers: headersOf(method, options), signal: options.signal, credentials: 'same-origin',
    });
  } catch (error) {
    throw error.name === 'AbortError' ? error : new Problem(0);
  } finally {
    running(-1);
  }
  if (!response.ok) {
    throw await problemOf(response);
  }
  return response;
}

function pause(seconds) {
  return new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
}

/** One question at a time, however many calls found the session ended. */
function askToSignIn() {
  state.asking ??= state.signedOut().finally(() => { state.asking = null; });
  return state.asking;
}

/**
 * The Response of a call: call('POST', '/links', {body, query, ifMatch, signal, headers, quiet}). `quiet` lets a 401
 * through instead of asking. Throws Problem, or AbortError when `signal` was aborted.
 */
export async function call(method, path, options = {}) {
  try {
    return await once(method, path, options);
  } catch (problem) {
    const brief = (problem.status === 429 || problem.status === 503) && problem.retryAfter <= WAIT_MAX_S;
    if (method === 'GET' && brief) {
      await pause(problem.retryAfter || 1);
      return once(method, path, options);
    }
    if (problem.status === 401 && state.signedOut && !options.quiet && (await askToSignIn())) {
      return once(method, path, options);
    }
    throw problem;
  }
}

async function json(response) {
  return response.status === 204 ? null : response.json();
}

export async function get(path, query, options = {}) {
  return json(await call('GET', path, { ...options, query }));
}

/** {data, etag}: give etag back as ifMatch with the change, and a change made meanwhile is not overwritten (412). */
export async function getTagged(path, query, options = {}) {
  const response = await call('GET', path, { ...options, query });
  return { data: await response.json(), etag: response.headers.get('ETag') };
}

export async function post(path, body, options = {}) {
  return json(await call('POST', path, { ...options, body }));
}

export async function patch(path, body, options = {}) {
  return json(await call('PATCH', path, { ...options, body }));
}

export async function put(path, body, options = {}) {
  return json(await call('PUT', path, { ...options, body }));
}

export async function del(path, options = {}) {
  return json(await call('DELETE', path, options));
}

/** Lines of an NDJSON answer as they come: for await (const line of lines('POST', '/import', {body})) … */
export async function* lines(method, path, options = {}) {
  const response = await call(method, path, options);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    const parts = (rest + (value || '')).split('\n');
    rest = done ? '' : parts.pop();
    for (const part of parts.filter(Boolean)) {
      yield JSON.parse(part);
    }
    if (done) {
      return;
    }
  }
}

/** Pages of a list: const list = pager('/links', {limit: 50}); await list.more() -> items; list.done, list.total */
export function pager(path, query, options = {}) {
  const list = {
    done: false, total: null, totalExact: true, cursor: null,
    async more() {
      const page = await get(path, { ...query, cursor: list.cursor }, options);
      list.cursor = page.next_cursor;
      list.done = !page.next_cursor;
      list.total = page.total ?? list.total;
      list.totalExact = page.total_exact !== false;
      return page.items;
    },
  };
  return list;
}
