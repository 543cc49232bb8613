/* SPDX-License-Identifier: MIT */
/*
 * Addresses to pages. Every view has an address of its own below /desk, its filters in the query, so whatever is on the
 * screen can be sent to a colleague. Pages are loaded when they are first asked for.
 */
import { loadWords, t } from './i18n.js';
import { replace } from './dom.js';
import { searchText } from './query.js';
import { can } from './session.js';

const BASE = '/desk';
const state = { routes: [], outlet: null, failed: null, shown: null, leave: null, abort: null, turn: 0 };

/** '/links', {q: 'x'} -> '/desk/links?q=x' */
export function href(path, query) {
  return BASE + path + searchText(query);
}

/** The parameters when the path fits "/links/:ref"; else null. */
function match(pattern, path) {
  const wanted = pattern.split('/');
  const given = path.split('/');
  const params = {};
  if (wanted.length !== given.length) {
    return null;
  }
  for (let i = 0; i < wanted.length; i += 1) {
    if (wanted[i].startsWith(':') && given[i]) {
      params[wanted[i].slice(1)] = decodeURIComponent(given[i]);
    } else if (wanted[i] !== given[i]) {
      return null;
    }
  }
  return params;
}

export function find(path) {
  for (const route of state.routes) {
    const params = match(route.path, path);
    if (params) {
      return { route, params };
    }
  }
  return null;
}

function here() {
  return location.pathname.slice(BASE.length) || '/';
}

export function currentRoute() {
  return state.shown;
}

function leaveCurrent() {
  state.abort?.abort();
  if (typeof state.leave === 'function') {
    state.leave();
  }
  state.leave = null;
}

/** What a page is given. */
function makeView(found, signal) {
  return {
    el: state.outlet,
    params: found.params,
    query: new URLSearchParams(location.search),
    /** Aborted when the page is left: give it to every call that only this page waits for. */
    signal,
    setTitle(text) {
      document.title = `${text} · ${t('name')}`;
    },
    /** Writes the query of the address; push makes a step that "back" undoes. The page itself stays. */
    setQuery(values, { push = false } = {}) {
      const url = href(here(), values);
      history[push ? 'pushState' : 'replaceState'](history.state, '', url);
      this.query = new URLSearchParams(location.search);
    },
  };
}

async function show({ focus = true, scroll = null } = {}) {
  state.turn += 1;
  const turn = state.turn;
  const found = find(here());
  if (!found) {
    leaveCurrent();
    state.shown = null;
    state.failed(null);
    return;
  }
  if (found.route.redirect) {
    go(found.route.redirect() + location.search, { replace: true });
    return;
  }
  const scope = found.route.scope || found.route.nav?.scope;
  if (scope && !can(scope)) {
    leaveCurrent();
    state.shown = null;
    state.failed({ status: 403 });
    return;
  }
  try {
    const [page] = await Promise.all([found.route.page(), loadWords(found.route.words)]);
    if (turn !== state.turn) {
      return; // somebody went on meanwhile
    }
    leaveCurrent();
    state.abort = new AbortController();
    state.shown = found.route;
    document.dispatchEvent(new CustomEvent('desk:route', { detail: found.route }));
    replace(state.outlet);
    const view = makeView(found, state.abort.signal);
    const leave = await page.show(view);
    if (turn !== state.turn) {
      leave?.();
      return;
    }
    state.leave = leave;
    settle(focus, scroll);
  } catch (error) {
    if (turn === state.turn && error.name !== 'AbortError') {
      state.failed(error);
    }
  }
}

/** A new page is read from its heading, unless it asked for the cursor itself. */
function settle(focus, scroll) {
  window.scrollTo(0, scroll ?? 0);
  if (focus && !state.outlet.contains(document.activeElement)) {
    const heading = state.outlet.querySelector('h1');
    heading?.setAttribute('tabindex', '-1');
    heading?.focus({ preventScroll: true });
  }
}

/** go('/links?q=x'): the path below /desk. */
export function go(path, { replace: instead = false } = {}) {
  history.replaceState({ ...history.state, scroll: window.scrollY }, '');
  history[instead ? 'replaceState' : 'pushState']({}, '', BASE + path);
  show();
}

/** Shows the current page anew: after a change of language or zone, or of who is signed in. */
export function refresh() {
  return show({ focus: false, scroll: window.scrollY });
}

function clicked(event) {
  const link = event.target.closest?.('a[href]');
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute('download') || link.origin !== location.origin) {
    return;
  }
  const inside = link.pathname === BASE || link.pathname.startsWith(`${BASE}/`);
  if (inside && find(link.pathname.slice(BASE.length) || '/')) {
    event.preventDefault();
    go((link.pathname.slice(BASE.length) || '/') + link.search);
  }
}

/** `failed(error)` shows what went wrong, or with null that there is no such page. */
export function start(outlet, routes, failed) {
  state.outlet = outlet;
  state.routes = routes;
  state.failed = failed;
  history.scrollRestoration = 'manual';
  document.addEventListener('click', clicked);
  window.addEventListener('popstate', (event) => show({ scroll: event.state?.scroll ?? 0 }));
  return show({ focus: false });
}

/** After a sign-out the frame is gone; a new one brings its own outlet. */
export function setOutlet(outlet) {
  state.outlet = outlet;
}

export function stop() {
  state.turn += 1;
  leaveCurrent();
}
