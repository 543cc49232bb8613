/* SPDX-License-Identifier: MIT */
/* The page of one kind of label: found by name, made, renamed, merged, archived. Channels, campaigns and tags are this. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { editLabel, labelCsv } from '../labels.js';
import { can } from '../session.js';
import { forgetNames } from '../values.js';
import { button } from '../components/button.js';
import { filterBar } from '../components/filterbar.js';
import { empty, failed, loading, pageHead, tabs } from '../components/page.js';
import { tableCsv } from '../components/tablecsv.js';
import { fail } from '../components/toast.js';
import { href } from '../router.js';

const PAGE_ROWS = 200;
const NAMES_AFTER_MS = 150; // counting takes longer where there are many links

/** labelsPage(view, kind, draw): draw(labels, changed) gives the nodes that show the rows there are. */
export async function labelsPage(view, kind, draw) {
  const values = Object.fromEntries(view.query);
  const place = h('div', { class: 'stack' });
  const tabPlace = h('div');
  let rows = [];
  let pages = null;
  let turn = 0;

  const query = () => ({ q: values.q, archived: values.box === 'archived' ? 'true' : 'false' });
  const csv = tableCsv({ name: t(`labels.title_${kind.word}`), columns: labelCsv(kind.csv?.()), path: kind.path, query });
  const add = () => button(t(`labels.add_${kind.word}`), { kind: 'main', icon: 'add', run: () => editLabel(kind, null, changed) });
  const nothing = () => {
    if (values.q) {
      return empty({ icon: 'search', title: t('labels.none_found'), text: t('labels.none_found_text') });
    }
    return values.box ? empty({ icon: 'archive', title: t('labels.none_archived') })
      : empty({ icon: kind.icon, title: t(`labels.none_${kind.word}`), text: t(`labels.none_${kind.word}_text`), action: can('links:write') && add() });
  };
  const changed = () => {
    forgetNames(kind.filter);
    return load();
  };
  const redraw = () => replace(place, rows.length === 0 ? h('div', { class: 'card' }, nothing()) : draw(rows, changed),
    rows.length > 0 && h('div', { class: 'row far soft small' },
      h('span', { class: 'num', role: 'status' }, t('labels.total', { n: number(pages.total ?? rows.length), count: pages.total ?? rows.length })),
      !pages.done && button(t('labels.more'), { kind: 'small', run: () => more().catch(fail) })));
  const more = async () => {
    rows = [...rows, ...(await pages.more())];
    redraw();
  };
  async function load() {
    turn += 1;
    const mine = turn;
    const asked = { ...query(), limit: PAGE_ROWS };
    let counted = false;
    const names = setTimeout(async () => {
      const found = await api.get(kind.path, { ...asked, counts: 'false' }, { signal: view.signal }).catch(() => null); // the other call says what is wrong
      if (found && !counted && mine === turn) {
        rows = found.items;
        redraw();
      }
    }, NAMES_AFTER_MS);
    pages = api.pager(kind.path, asked, { signal: view.signal });
    try {
      const first = await pages.more();
      counted = true;
      if (mine === turn) {
        rows = first;
        redraw();
      }
    } catch (error) {
      counted = true;
      if (mine === turn && error.name !== 'AbortError') {
        replace(place, h('div', { class: 'card' }, failed(error, load)));
      }
    } finally {
      clearTimeout(names);
    }
  }
  const drawTabs = () => replace(tabPlace, tabs(t('labels.boxes'), ['', 'archived'].map((box) => ({
    text: t(`labels.box_${box || 'used'}`), href: href(kind.page, { ...values, box }), current: (values.box || '') === box,
  }))));
  const change = (next) => {
    Object.assign(values, next);
    view.setQuery(values);
    drawTabs();
    load();
  };

  view.setTitle(t(`labels.title_${kind.word}`));
  drawTabs();
  append(view.el, pageHead({ title: t(`labels.title_${kind.word}`), lead: t(`labels.lead_${kind.word}`), actions: can('links:write') ? [csv, add()] : [csv] }),
    h('div', { class: 'stack' }, tabPlace, filterBar({ search: { name: 'q', label: t('labels.search') }, filters: [], values, onChange: change }), place));
  replace(place, h('div', { class: 'card flush' }, loading(6)));
  await load();
}
