/* SPDX-License-Identifier: MIT */
/* What customers do with the links that are for them, as it happens: the latest first, by days, each with its way on. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { ago, date, exactTime } from '../format.js';
import { known, t } from '../i18n.js';
import * as places from '../places.js';
import { href } from '../router.js';
import { can } from '../session.js';
import { loadNames, valueName } from '../values.js';
import { button } from '../components/button.js';
import { filterBar } from '../components/filterbar.js';
import { icon } from '../components/icon.js';
import { badge, empty, failed, loading, pageHead } from '../components/page.js';
import { tableCsv } from '../components/tablecsv.js';
import { fail } from '../components/toast.js';

const PAGE_ROWS = 50;
const EVERY_MS = 5000;
const EVERY_MAX_MS = 60000;
const FILTERS = ['kind', 'owner', 'customer'];
const KINDS = ['link_opened', 'link_reopened', 'link_forwarded', 'key_event'];
const ICONS = { link_opened: 'link', link_reopened: 'restore', link_forwarded: 'users', key_event: 'flag' };
const WARM = { link_opened: 'good', link_reopened: 'good', link_forwarded: 'note', key_event: 'note' };

function kindName(kind) {
  return known(`radar.kind.${kind}`) ? t(`radar.kind.${kind}`) : kind;
}

/** Their page where it is known who they are, else whoever goes by that name. */
function customerLink(item) {
  const name = item.customer_name || item.customer || item.customer_id;
  return name && h('a', { class: 'strong any-break', href: item.customer_id ? href(`/customers/${item.customer_id}`) : href('/customers', { q: item.customer }) }, name);
}

function linkOf(item) {
  return item.link && h('a', { class: 'any-break', href: href(`/links/${item.link.id}`) }, item.link.title || item.link.short_url);
}

function row(item, fresh) {
  return h('li', { class: `moment event${fresh ? ' fresh' : ''}`, dataset: { id: item.id, kind: item.kind } }, h('span', { class: 'moment-mark' }, icon(ICONS[item.kind] || 'flag')),
    h('div', { class: 'moment-what' }, h('p', { class: 'row' }, customerLink(item), badge(kindName(item.kind), WARM[item.kind] || '')),
      h('p', { class: 'small' }, item.rule ? item.rule.name : item.title, item.link && ' · ', linkOf(item)),
      item.owner && h('p', { class: 'small soft' }, t('radar.owner', { name: valueName('owner', item.owner) }))),
    h('time', { class: 'small soft num', datetime: item.time, title: exactTime(item.time) }, ago(item.time)));
}

function byDays(items, fresh) {
  const days = [];
  items.forEach((item) => {
    const day = date(item.time);
    if (days.at(-1)?.day !== day) {
      days.push({ day, items: [] });
    }
    days.at(-1).items.push(item);
  });
  return days.map(({ day, items: theirs }) => h('section', null, h('h2', { class: 'small soft' }, day), h('ol', { class: 'moments' }, theirs.map((item) => row(item, fresh.has(item.id))))));
}

function howTo() {
  const steps = ['link', 'send', 'see'].map((name, i) => h('li', { class: 'deal-step' }, h('span', { class: 'deal-number', 'aria-hidden': 'true' }, i + 1),
    h('div', { class: 'stack tight' }, h('h3', null, t(`radar.step.${name}`)), h('p', null, t(`radar.step.${name}_text`)),
      name === 'link' && can('links:write') && h('p', null, h('a', { href: href('/new', { click_id_param: 'lp_click' }) }, t('radar.step.link_do'))),
      name === 'see' && h('p', null, h('a', { href: href('/stages') }, t('radar.rules'))), name === 'see' && can('admin') && h('p', null, h('a', { href: href('/robots') }, t('nav.robots'))))));
  return h('section', { class: 'card deals-start' }, icon('radar'), h('h2', null, t('radar.none')), h('p', { class: 'soft' }, t('radar.none_text')), h('ol', { class: 'deal-steps' }, steps));
}

const csvColumns = () => [
  [t('radar.time'), (item) => exactTime(item.time)], [t('radar.what'), (item) => kindName(item.kind)], [t('radar.customer'), (item) => item.customer_name || item.customer],
  [t('radar.link'), (item) => item.link?.short_url], [t('radar.link_title'), (item) => item.link?.title], [t('radar.owner_head'), (item) => item.owner],
];

/** Asks again while the page is looked at; what is new goes on top. */
function follow(view, poll) {
  let timer = 0;
  let pause = EVERY_MS;
  const later = () => {
    clearTimeout(timer);
    if (!document.hidden && !view.signal.aborted) {
      timer = setTimeout(async () => {
        pause = (await poll()) ? EVERY_MS : Math.min(pause * 2, EVERY_MAX_MS);
        later();
      }, pause);
    }
  };
  document.addEventListener('visibilitychange', later);
  later();
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', later);
  };
}

/** Draws anew under somebody who goes through the list by keyboard. */
function keepingFocus(place, run) {
  const at = document.activeElement?.closest('.moment');
  const which = at && place.contains(at) ? [at.dataset.id, [...at.querySelectorAll('a')].indexOf(document.activeElement)] : null;
  run();
  if (which) {
    place.querySelectorAll(`.moment[data-id="${which[0]}"] a`)[which[1]]?.focus();
  }
}

export async function show(view) {
  const values = Object.fromEntries(FILTERS.map((name) => [name, view.query.get(name) || '']));
  const place = h('div', null, h('div', { class: 'card' }, loading(8)));
  let items = [];
  let pages = null;

  const draw = (fresh = new Set()) => {
    if (items.length === 0) {
      replace(place, FILTERS.some((name) => values[name]) ? h('div', { class: 'card' }, empty({ icon: 'search', title: t('radar.none_found') })) : howTo());
      return;
    }
    const mine = pages;
    replace(place, h('div', { class: 'card stack' }, h('p', { class: 'small soft' }, h('span', { class: 'live-dot on' }), t('radar.live')), byDays(items, fresh),
      !mine.done && h('div', { class: 'row' }, button(t('radar.more'), { kind: 'small', run: () => mine.more().then((more) => { items.push(...more); draw(); }, fail) }))));
  };
  async function load() {
    const mine = api.pager('/radar', { ...values, limit: PAGE_ROWS }, { signal: view.signal });
    pages = mine;
    try {
      const [found] = await Promise.all([mine.more(), loadNames('owner', [])]);
      if (mine === pages) {
        items = found;
        draw();
      }
    } catch (error) {
      if (mine === pages && error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  }
  const poll = async () => {
    const mine = pages;
    try {
      const fresh = (await api.get('/radar', { ...values, after: Math.max(0, ...items.map((item) => item.id)), limit: PAGE_ROWS }, { signal: view.signal })).items;
      if (mine === pages && fresh.length > 0) {
        items = [...fresh, ...items];
        keepingFocus(place, () => draw(new Set(fresh.map((item) => item.id))));
      }
      return true;
    } catch {
      return false; // what is there stays, and is asked for again later
    }
  };

  view.setTitle(t('radar.title'));
  append(view.el, pageHead({ title: t('radar.title'), lead: t('radar.lead'), actions: [button(t('radar.rules'), { icon: 'settings', href: href('/stages') }), tableCsv({ name: t('radar.title'), path: '/radar', query: () => values, columns: csvColumns() })] }),
    h('div', { class: 'stack' }, filterBar({
      values,
      filters: [
        { key: 'kind', label: t('radar.what'), options: KINDS.map((kind) => ({ value: kind, label: kindName(kind) })), show: kindName },
        { key: 'owner', label: t('radar.owner_head'), source: places.owner },
        {
          key: 'customer', label: t('radar.customer'),
          source: async (text) => [...new Set(items.map((item) => item.customer))].filter((name) => name && name.toLowerCase().includes(text.toLowerCase())).map((name) => ({ value: name, label: name })),
        },
      ],
      onChange: (next) => { Object.assign(values, next); view.setQuery(values); load(); },
    }), place));
  await load();
  return follow(view, poll);
}
