/* SPDX-License-Identifier: MIT */
/* The targets of a live code in their order, and its rules as sentences. */
import * as api from '../api.js';
import { h } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { linkHref } from '../link.js';
import { ruleWords } from '../rule-words.js';
import { button } from '../components/button.js';
import { badge } from '../components/page.js';
import { sortable } from '../components/sortable.js';
import { fail, toast } from '../components/toast.js';
import { targetRow } from './link-live-row.js';
import { nameOf } from './link-target.js';

/* ---- its rules, as sentences ---- */

export function rulesPart(link, rules, pool, write) {
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
export function poolList(items, { path, changed, write }) {
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
