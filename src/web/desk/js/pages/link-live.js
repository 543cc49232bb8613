/* SPDX-License-Identifier: MIT */
/* The pool of a live code on its link's page: what each target shows, how full it is, when it ends, and its rules. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { linkHref } from '../link.js';
import { ruleWords } from '../rule-words.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { icon } from '../components/icon.js';
import { menu } from '../components/menu.js';
import { badge, card } from '../components/page.js';
import { sortable } from '../components/sortable.js';
import { fail, toast } from '../components/toast.js';
import { targetRow } from './link-live-row.js';
import { KINDS, KIND_ICONS, nameOf, targetDialog } from './link-target.js';

const TICK_MS = 30000; // countdowns are told to the minute

function addButton(path, changed, kind = '') {
  return menu(button(t('live.add'), { kind, icon: 'add' }),
    () => KINDS.map((one) => ({ text: t(`live.add_${one}`), icon: KIND_ICONS[one], run: () => targetDialog(path, { kind: one }, changed) })));
}

/* ---- its rules, as sentences ---- */

function rulesPart(link, rules, pool, write) {
  const to = linkHref(link, '/rules');
  if (rules.length === 0) {
    return h('div', { class: 'row far live-rules' }, h('p', { class: 'small soft grow' }, t('live.no_rules')), button(t(write ? 'live.make_rules' : 'live.try'), { kind: 'small', icon: 'filter', href: to }));
  }
  return h('div', { class: 'live-rules stack tight' },
    h('div', { class: 'row far' }, h('h3', null, t('live.rules')), button(t(write ? 'live.edit_rules' : 'live.try'), { kind: 'small', icon: 'filter', href: to })),
    h('ol', { class: 'live-rule-list small' }, rules.map((rule, i) => {
      const { when, then } = ruleWords(rule, pool, nameOf);
      return h('li', { class: `any-break${rule.enabled ? '' : ' soft'}` }, h('span', { class: 'num soft' }, `${number(i + 1)}. `), when, ' → ', h('span', { class: 'strong' }, then), !rule.enabled && [' ', badge(t('live.state_disabled'))]);
    })));
}

/* ---- the pool ---- */

/** Rows in their order; another order is stored at once and can be taken back. */
function poolList(items, { path, changed, write }) {
  const order = (ids) => api.call('PUT', path, { body: { targets: ids } });
  const ids = items.map((one) => one.id);
  const move = async (from, to) => {
    const next = [...ids];
    next.splice(to, 0, ...next.splice(from, 1));
    try {
      await order(next);
      await changed(ids[from]);
      toast(t('live.ordered'), { action: t('undo'), run: () => order(ids).then(() => changed(), fail) });
    } catch (error) {
      fail(error);
      changed();
    }
  };
  const rows = items.map((target) => targetRow(target, { path, changed, write, items, move }));
  const element = h('ul', { class: 'targets' }, rows.map((row) => row.element));
  if (write) {
    sortable(element, move);
  }
  return { element, tick: () => rows.forEach((row) => row.tick()) };
}

/** An element, empty where a link is no live code and its reader may not make it one. Given when it has its height, so that
 *  what stands below it does not jump. */
export async function liveSection(view, link) {
  const path = `/links/${api.segment(link.id)}/targets`;
  const write = can('links:write') && !link.deleted_at;
  const element = h('div', { class: 'live-section' });
  let tick = () => {};
  const draw = (items, rules) => {
    if (items.length > 0) {
      const list = poolList(items, { path, changed: load, write });
      tick = list.tick;
      replace(element, card({ title: t('live.section'), actions: write ? [addButton(path, load, 'small')] : [] }, list.element, rulesPart(link, rules, items, write)));
    } else if (write) {
      replace(element, h('section', { class: 'live-offer', 'aria-label': t('live.section') }, icon('qr'),
        h('p', null, h('span', { class: 'strong' }, t('live.none')), h('span', { class: 'soft small' }, t('live.none_text'))), addButton(path, load)));
    }
  };
  /** With the id of a target its handle keeps the cursor. */
  const load = async (held) => {
    try {
      const [pool, { rules }] = await Promise.all([path, `/links/${api.segment(link.id)}/rules`].map((one) => api.get(one, null, { signal: view.signal })));
      draw(pool.items, rules);
      [...element.querySelectorAll('.target')].find((one) => one.dataset.target === held)?.querySelector('.drag-handle')?.focus();
    } catch (error) {
      if (error.status !== 404) { // a link that is gone says so itself
        fail(error);
      }
    }
  };
  if (link.targets_summary) {
    await load();
  } else {
    draw([], []);
  }
  const timer = setInterval(() => tick(), TICK_MS);
  view.signal.addEventListener('abort', () => clearInterval(timer));
  return element;
}
