/* SPDX-License-Identifier: MIT */
/* Who works here, and what they may. */
import * as api from './api.js';
import { setInstallZone } from './format.js';

let me = null;

/** The answer of GET /me: {user, scopes, owner, domain, install}. */
export function who() {
  return me;
}

/** can('links:write') */
export function can(scope) {
  return Boolean(me) && me.scopes.includes(scope);
}

async function load() {
  const session = await api.get('/session', null, { quiet: true });
  api.setCsrf(session.csrf);
  me = await api.get('/me', null, { quiet: true });
  setInstallZone(me.install.timezone);
  return me;
}

/** Is somebody signed in? The page says when no session came with it, which saves a call that could only fail. */
export async function resume() {
  if (document.documentElement.dataset.session === 'signed-out' && !me) {
    return false;
  }
  try {
    await load();
    return true;
  } catch (problem) {
    if (problem.status === 401) {
      return false;
    }
    throw problem;
  }
}

/** With {key} or {login, password}. Throws Problem. */
export async function signIn(body) {
  const session = await api.post('/session', body, { quiet: true });
  api.setCsrf(session.csrf);
  await load();
}

export async function signOut() {
  try {
    await api.del('/session', { quiet: true });
  } catch (problem) {
    if (problem.status !== 401) {
      throw problem;
    }
  }
  api.setCsrf('');
  me = null;
}
