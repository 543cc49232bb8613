/* SPDX-License-Identifier: MIT */
/* All links: find them, and change many at once. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { ago, dateTime, number, zone } from '../format.js';
import { t } from '../i18n.js';
import { breakableName, linkHref, shortName, stateBadge, stateName, targetName } from '../link.js';
import * as places from '../places.js';
import { go, href } from '../router.js';
import { can } from '../session.js';
import { shortcut } from '../shortcuts.js';
import { loadNames, valueName } from '../values.js';
import { button } from '../components/button.js';
import { copyButton } from '../components/copy.js';
import { filterBar } from '../components/filterbar.js';
import { menu } from '../components/menu.js';
import { empty, failed, loading, pageHead, tabs } from '../components/page.js';
import { qrDialog } from '../components/qr.js';
import { table, tableBox } from '../components/table.js';
import { fail } from '../components/toast.js';
import { bulkBar } from './links-bulk.js';
import { moveToBin, patchLink, restore } from './links-actions.js';

const PAGE_ROWS = 50;
const SORTS = ['-created', 'created', '-clicks', '-last_click', '-updated', 'title'];
const STATES = ['active', 'scheduled', 'expired', 'used_up', 'disabled'];
const FILTERS = ['q', 'state', 'campaign', 'channel', 'tag', 'owner', 'domain', 'created_from', 'created_to'];
const BOXES = ['', 'archived', 'bin'];
const NAMED = ['channel', 'campaign'];

/** What the address asks for, as the API takes it. */
export function apiQuery(values) {
  const query = { sort: values.sort || '-created' };
  FILTERS.forEach((name) => { query[name] = values[name]; });
  if (values.created_from || values.created_to) {
    query.tz = zone();
  }
  if (values.box === 'bin') {
    query.state = 'deleted';
    query.archived = 'true';
  } else if (values.box === 'archived') {
    query.archived = 'only';
  }
  return query;
}

function filters() {
  return [
    { key: 'state', label: t('links.state'), options: STATES.map((value) => ({ value, label: stateName(value) })), show: stateName },
    { key: 'campaign', label: t('links.campaign'), source: places.campaign, show: (key) => valueName('campaign', key) },
    { key: 'channel', label: t('links.channel'), source: places.channel, show: (key) => valueName('channel', key) },
    { key: 'tag', label: t('links.tag'), source: places.tag },
    { key: 'owner', label: t('links.owner'), source: places.owner },
    { key: 'domain', label: t('links.domain'), source: places.domain },
    { days: ['created_from', 'created_to'], label: t('links.created') },
  ];
}

function leadCell(link) {
  return h('div', null,
    h('div', { class: 'link-name' }, h('a', { class: 'link-short any-break', href: linkHref(link), dataset: { id: link.id } }, breakableName(link)),
      copyButton(() => link.short_url, { kind: 'plain small', iconOnly: true })),
    h('p', { class: 'cut small soft', title: link.url }, link.title ? `${link.title} · ${targetName(link.url)}` : targetName(link.url)));
}

function placeCell(link) {
  const tags = link.tags.slice(0, 3).map((tag) => h('span', { class: 'tag' }, tag));
  return h('div', { class: 'link-places' },
    (link.channel || link.campaign) && h('span', { class: 'cut' }, NAMED.filter((dim) => link[dim]).map((dim) => valueName(dim, link[dim])).join(' · ')),
    tags.length > 0 && h('span', { class: 'row tags' }, tags, link.tags.length > 3 && h('span', { class: 'small soft' }, `+${link.tags.length - 3}`)));
}

function columns(actions) {
  return [
    { key: 'link', label: t('links.link'), lead: true, name: shortName, cell: leadCell },
    { key: 'places', label: t('links.places'), cls: 'broad', bare: true, cell: placeCell },
    { key: 'clicks', label: t('links.clicks'), num: true, sort: '-clicks', cell: (link) => number(link.counts.clicks) },
    { key: 'visitors', label: t('links.visitors'), num: true, cell: (link) => number(link.counts.visitors) },
    { key: 'state', label: t('links.state'), bare: true, cell: stateBadge },
    {
      key: 'created', label: t('links.created'), cls: 'wide-only', sort: '-created',
      cell: (link) => h('time', { class: 'soft small', datetime: link.created_at, title: dateTime(link.created_at) }, ago(link.created_at)),
    },
    { key: 'acts', label: t('links.actions'), hidden: true, cls: 'acts', cell: actions },
  ];
}

/** The menu of one row. `changed(link | null)` draws it anew, or takes it away. */
function rowActions(link, changed) {
  const trigger = button(t('links.actions_of', { name: shortName(link) }), { kind: 'plain small', icon: 'more', iconOnly: true });
  const write = can('links:write');
  const patch = (set, said) => patchLink(link, set, said).then(changed, fail);
  return menu(trigger, () => [
    { text: t('qr.title'), icon: 'qr', run: () => qrDialog(link) },
    { text: t('links.open_target'), icon: 'open', href: link.url, target: '_blank' },
    write && !link.deleted_at && { text: t('links.edit'), icon: 'edit', href: linkHref(link, '/edit') },
    write && !link.deleted_at && {
      text: t(link.enabled ? 'links.disable' : 'links.enable'), icon: link.enabled ? 'close' : 'check',
      run: () => patch({ enabled: !link.enabled }, t(link.enabled ? 'links.disabled_now' : 'links.enabled_now')),
    },
    write && !link.deleted_at && {
      text: t(link.archived ? 'links.unarchive' : 'links.archive'), icon: 'archive',
      run: () => patch({ archived: !link.archived }, t(link.archived ? 'links.unarchived' : 'links.archived_now')).then(() => changed(null)),
    },
    write && (link.deleted_at
      ? { text: t('links.restore'), icon: 'restore', run: () => restore(link).then(() => changed(null), fail) }
      : { text: t('links.bin'), icon: 'trash', kind: 'bad', run: () => moveToBin(link, changed) }),
  ].filter((item) => item !== false), { label: t('links.actions_of', { name: shortName(link) }) });
}

function nothing(values) {
  const filtered = FILTERS.some((name) => values[name]);
  if (filtered) {
    return empty({ icon: 'search', title: t('links.none_found'), text: t('links.none_found_text') });
  }
  if (values.box) {
    return empty({ icon: values.box === 'bin' ? 'trash' : 'archive', title: t(`links.empty_${values.box}`), text: t(`links.empty_${values.box}_text`) });
  }
  return empty({
    icon: 'link', title: t('links.none_yet'), text: t('links.none_yet_text'),
    action: can('links:write') && button(t('nav.create'), { kind: 'main', icon: 'add', href: href('/new') }),
  });
}

/** j and k go along the rows, x ticks one. */
function addKeys(outlet, list) {
  const names = () => [...outlet.querySelectorAll('.link-short')];
  const move = (by) => () => {
    const all = names();
    const at = all.indexOf(document.activeElement);
    all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
  };
  const offs = [
    shortcut('j', () => t('links.key_next'), move(1)),
    shortcut('k', () => t('links.key_previous'), move(-1)),
    shortcut('x', () => t('links.key_pick'), () => list()?.toggle(document.activeElement?.dataset.id)),
    shortcut('e', () => t('links.edit'), () => {
      const id = document.activeElement?.dataset.id;
      if (id && can('links:write')) {
        go(`/links/${id}/edit`);
      }
    }),
  ];
  return () => offs.forEach((off) => off());
}

export async function show(view) {
  const values = Object.fromEntries([...view.query].filter(([name]) => name !== 'focus'));
  const place = h('div');
  let list = null;
  let pages = null;
  let turn = 0;

  const totalText = () => (pages.total === null ? '' : t(pages.totalExact ? 'links.total' : 'links.total_more', { n: number(pages.total), count: pages.total }));
  const foot = h('div', { class: 'table-foot' });
  const drawFoot = () => replace(foot, h('span', { class: 'num', role: 'status' }, totalText()),
    !pages.done && button(t('links.more'), { kind: 'small', run: () => more().catch(fail) }));
  const more = async () => {
    list.add(await pages.more());
    drawFoot();
  };
  const changed = (link) => (row) => {
    if (row) {
      list.update(link.id, row);
    } else {
      list.remove(link.id);
    }
  };
  const load = async () => {
    turn += 1;
    const mine = turn;
    pages = api.pager('/links', { ...apiQuery(values), limit: PAGE_ROWS }, { signal: view.signal });
    try {
      const [first] = await Promise.all([pages.more(), ...NAMED.map((dim) => loadNames(dim, []))]);
      if (mine !== turn) {
        return;
      }
      if (first.length === 0) {
        replace(place, h('div', { class: 'card' }, nothing(values)));
        return;
      }
      const bulk = can('links:write') && bulkBar({ selection: () => list.selected(), filter: apiQuery(values), total: () => (pages.totalExact ? pages.total : Infinity), reload: load, box: values.box });
      list = table({
        cls: 'links-table', caption: t('links.title'), columns: columns((link) => rowActions(link, changed(link))), rowKey: (link) => link.id,
        select: bulk ? bulk.show : undefined, sort: values.sort || '-created', onSort: (sort) => { sorts.value = sort; change({ ...values, sort }); },
      });
      list.add(first);
      drawFoot();
      replace(place, tableBox(list, null), bulk && bulk.element);
      place.firstElementChild.append(foot);
    } catch (error) {
      if (mine === turn && error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    }
  };
  const csvAddress = () => api.apiUrl('/export', { archived: 'false', ...apiQuery(values), sort: '', format: 'csv', bom: 'true' }); // in the order they were made
  const csv = button(h('span', { class: 'wide-text' }, t('table.csv')), { icon: 'download', kind: 'no-print', href: csvAddress(), attrs: { download: true, dataset: { csv: '' } } });
  const change = (next) => {
    Object.keys(values).forEach((name) => delete values[name]);
    Object.assign(values, next);
    view.setQuery(values);
    drawTabs();
    csv.setAttribute('href', csvAddress());
    load();
  };

  const sorts = h('select', {
    class: 'input sort-box', 'aria-label': t('links.sort'), value: values.sort || '-created', on: { change: () => change({ ...values, sort: sorts.value }) },
  }, SORTS.map((sort) => h('option', { value: sort }, t(`links.sort.${sort}`))));
  const tabPlace = h('div');
  const drawTabs = () => replace(tabPlace, tabs(t('links.boxes'), BOXES.map((box) => ({
    text: t(`links.box.${box || 'all'}`), href: href('/links', { ...values, box }), current: (values.box || '') === box,
  }))));
  drawTabs();

  view.setTitle(t('links.title'));
  await Promise.all(NAMED.filter((dim) => values[dim]).map((dim) => loadNames(dim, []))); // which the filters show
  append(view.el, pageHead({ title: t('links.title'), actions: [csv] }), h('div', { class: 'stack' }, tabPlace, filterBar({
    search: { name: 'q', label: t('links.search') }, filters: filters(), values, onChange: change, extra: sorts,
  }), place));
  replace(place, h('div', { class: 'card flush' }, loading(8)));
  if (view.query.get('focus') === 'search') {
    view.el.querySelector('input[type="search"]').focus();
    view.setQuery(values);
  }
  const offKeys = addKeys(view.el, () => list);
  await load();
  return offKeys;
}
