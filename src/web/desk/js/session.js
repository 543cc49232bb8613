/* SPDX-License-Identifier: MIT */
/* Who works here, and what they may. */
import * as api from './api.js';
import { setInstallZone } from './format.js';

let me = null;

/** The answer of GET /session: {user, scopes, owner, domain, install, expires_at}. */
export function who() {
  return me;
}

/** can('links:write') */
export function can(scope) {
  return Boolean(me) && me.scopes.includes(scope);
}

function take(session) {
  api.setCsrf(session.csrf);
  me = session;
  setInstallZone(me.install.timezone);
}

/** Is somebody signed in? The page says when no session came with it, which saves a call that could only fail. */
export async function resume() {
  if (document.documentElement.dataset.session !== 'signed-in' && !me) {
    return false;
  }
  try {
    take(await api.get('/session', null, { quiet: true }));
    return true;
  } catch (problem) {
    if (problem.status === 401) {
      return false;
    }
    throw problem;
  }
}

/** With {login, password} or {key}. Throws Problem. */
export async function signIn(body) {
  take(await api.post('/session', body, { quiet: true }));
}

/** By a one-time link: whose it is, and with a password that it is used. */
export async function accept(token, password) {
  const answer = await api.post('/session/accept', password === undefined ? { token } : { token, password }, { quiet: true });
  if (password !== undefined) {
    take(answer);
  }
  return answer;
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
