/* SPDX-License-Identifier: MIT */
/* The frame around the pages: navigation, the reader's own menu, and the keys that lead everywhere. */
import { append, h, replace } from './dom.js';
import { zone } from './format.js';
import { isChinese, setLang, t } from './i18n.js';
import * as prefs from './prefs.js';
import { currentRoute, go, href, refresh } from './router.js';
import { groups, routes } from './routes.js';
import { can, who } from './session.js';
import { shortcut, shortcuts } from './shortcuts.js';
import { drawCount, watchCount } from './today.js';
import { button } from './components/button.js';
import { dialog } from './components/dialog.js';
import { icon, mark } from './components/icon.js';
import { menu } from './components/menu.js';
import { zoneDialog } from './components/zonepicker.js';

const BUSY_AFTER_MS = 400;

function brand() {
  return h('a', { class: 'brand', href: href('/') }, mark(), t('name'));
}

function mayOpen(route) {
  return route.nav && (!route.nav.scope || can(route.nav.scope));
}

function navigation() {
  return h('nav', { 'aria-label': t('nav.label') }, groups.map((group) => {
    const rows = routes.filter((route) => route.nav?.group === group && mayOpen(route));
    return rows.length > 0 && [
      group !== groups[0] && h('p', { class: 'nav-head' }, t(`nav.group.${group}`)),
      h('ul', { class: 'nav-list' }, rows.map((route) => h('li', null, h('a', {
        class: 'nav-item', href: href(route.path), dataset: { path: route.path },
      }, icon(route.nav.icon), t(route.nav.word), route.nav.counted && h('span', { class: 'nav-count num', hidden: true }))))),
    ];
  }));
}

/** Marks where we are: the longest navigation path that the page's address begins with. */
function markCurrent(root) {
  const path = currentRoute()?.path || '';
  const items = [...root.querySelectorAll('.nav-item')];
  const fits = items.filter((item) => path === item.dataset.path || path.startsWith(`${item.dataset.path}/`));
  const best = fits.sort((a, b) => b.dataset.path.length - a.dataset.path.length)[0];
  items.forEach((item) => (item === best ? item.setAttribute('aria-current', 'page') : item.removeAttribute('aria-current')));
}

/* ---- the reader's menu ------------------------------------------------------------------------------------------- */

/** Language, theme and zone: also before signing in. */
export async function switchLanguage(again) {
  await setLang(isChinese() ? 'en' : 'zh-CN');
  again();
}

export function setTheme(value) {
  prefs.set('theme', value);
  prefs.applyTheme();
}

function chooseZone(again) {
  zoneDialog({
    value: zone(), hint: t('zone.hint', { zone: who().install.timezone }), onPick: (value) => {
      prefs.set('zone', value || undefined);
      again();
    },
  });
}

export function helpDialog() {
  dialog({
    title: t('keys.title'),
    body: h('dl', { class: 'keys' }, shortcuts().map((row) => h('div', null,
      h('dt', null, row.keys.split(' ').map((key) => h('kbd', null, key))), h('dd', null, row.label())))),
  });
}

function accountMenu(again, signOut) {
  const me = who();
  const trigger = h('button', { class: 'nav-item account', type: 'button' }, icon('user'),
    h('span', { class: 'account-who' }, h('span', { class: 'cut' }, me.user.name || me.user.key),
      h('span', { class: 'cut small soft' }, t(`role.${me.user.role}`))), icon('more'));
  const theme = (value) => ({ text: t(`theme.${value || 'system'}`), checked: prefs.get('theme') === value, run: () => setTheme(value) });
  return menu(trigger, () => [
    { text: t('nav.account'), icon: 'user', href: href('/account') },
    { text: isChinese() ? 'English' : '中文', icon: 'globe', run: () => switchLanguage(again) },
    { text: t('zone.menu', { zone: zone() }), icon: 'clock', run: () => chooseZone(refresh) },
    null,
    theme(undefined), theme('light'), theme('dark'),
    null,
    { text: t('keys.title'), icon: 'keyboard', run: helpDialog },
    { text: t('sign_out'), icon: 'logout', run: signOut },
  ], { label: t('account.menu'), place: 'up' });
}

/* ---- the frame --------------------------------------------------------------------------------------------------- */

function sideContent(again, signOut) {
  return h('div', { class: 'side-inner' }, brand(),
    can('links:write') && button(t('nav.create'), { kind: 'main', icon: 'add', href: href('/new') }),
    navigation(),
    h('div', { class: 'side-foot' }, accountMenu(again, signOut)));
}

function openDrawer(again, signOut) {
  const drawer = h('dialog', { class: 'drawer', 'aria-label': t('nav.label') }, sideContent(again, signOut));
  const close = () => drawer.close();
  drawer.addEventListener('close', () => {
    document.removeEventListener('desk:route', close);
    drawer.remove();
  });
  drawer.addEventListener('click', (event) => {
    if (event.target === drawer || event.target.closest('a')) {
      close();
    }
  });
  document.addEventListener('desk:route', close);
  document.body.append(drawer);
  markCurrent(drawer);
  drawCount();
  drawer.showModal();
}

function topBar(again, signOut) {
  return h('header', { class: 'top' },
    button(t('nav.open'), { kind: 'plain', icon: 'menu', iconOnly: true, run: () => openDrawer(again, signOut) }),
    h('div', { class: 'grow' }, brand()),
    can('links:write') && button(t('nav.create'), { kind: 'main', icon: 'add', iconOnly: true, href: href('/new') }));
}

/** A line at the top for what takes longer than a moment. */
function watchBusy() {
  let timer = 0;
  let bar = null;
  document.addEventListener('desk:busy', ({ detail }) => {
    if (detail > 0 && !timer) {
      timer = setTimeout(() => { bar ??= document.body.appendChild(h('div', { class: 'busy-bar', 'aria-hidden': 'true' })); }, BUSY_AFTER_MS);
    } else if (detail === 0) {
      clearTimeout(timer);
      timer = 0;
      bar?.remove();
      bar = null;
    }
  });
}

function addShortcuts() {
  if (can('links:write')) {
    shortcut('c', () => t('nav.create'), () => go('/new'));
  }
  shortcut('/', () => t('keys.search'), () => {
    const search = document.querySelector('main input[type="search"]');
    if (search) {
      search.focus();
    } else {
      go('/links?focus=search');
    }
  });
  routes.filter((route) => route.nav?.keys && mayOpen(route))
    .forEach((route) => shortcut(route.nav.keys, () => t(route.nav.word), () => go(route.path)));
  shortcut('?', () => t('keys.title'), helpDialog);
}

document.addEventListener('desk:route', () => {
  const side = document.querySelector('.side');
  if (side) {
    markCurrent(side);
  }
});
watchBusy();

/** Fills `root` with the frame and gives the element pages are shown in. `again()` draws the frame anew. */
export function showShell(root, { again, signOut }) {
  const outlet = h('main', { class: 'page', id: 'page', tabindex: '-1' });
  replace(root);
  append(root, h('div', { class: 'shell' },
    h('a', {
      class: 'skip', href: '#page', on: { click: (event) => { event.preventDefault(); outlet.focus(); } },
    }, t('nav.skip')),
    h('aside', { class: 'side', 'aria-label': t('nav.label') }, sideContent(again, signOut)),
    topBar(again, signOut),
    h('div', null, who().install.demo && h('aside', { class: 'demo-bar', 'aria-label': t('demo') }, t('demo')), outlet)));
  markCurrent(root);
  watchCount();
  addShortcuts();
  return outlet;
}
