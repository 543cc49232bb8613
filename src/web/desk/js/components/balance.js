/* SPDX-License-Identifier: MIT */
/*
 * The balance: "received N = real A + bots B + previews C … · lost 0". It is what makes the other figures believable, so
 * it is always on the screen, and each number opens the rows it counts.
 */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { fail } from './toast.js';

export const CLASSES = ['human', 'bot', 'preview', 'prefetch', 'head', 'replay', 'duplicate'];

/** One figure of Prometheus' text: the desk has no other way to ask what was dropped since the start. */
async function gauge(names, signal) {
  const reply = await fetch('/metrics', { credentials: 'same-origin', signal });
  const found = new Map((reply.ok ? await reply.text() : '').split('\n').filter((line) => line && !line.startsWith('#'))
    .map((line) => [line.split(/[ {]/)[0], Number(line.split(' ').at(-1))]));
  return names.map((name) => found.get(name) ?? 0);
}

/** balance({link: 'lnk_1', period: '7d'}, signal): conditions are those of /stats and /clicks. Fills itself in. */
export function balance(conditions, signal) {
  const element = h('p', { class: 'balance', role: 'status' }, t('balance.loading'));
  const rows = (name, count, query) => h('span', { class: 'term' }, `${name} `, count > 0 ? h('a', { class: 'num strong', href: href('/clicks', { ...conditions, ...query }) }, number(count)) : h('b', { class: 'num' }, number(count)));
  const draw = async () => {
    const [stats, [dropped, lag]] = await Promise.all([
      api.get('/stats', { period: 'all', ...conditions, class: 'all', metrics: 'clicks', group_by: 'class' }, { signal }),
      gauge(['linkpond_clicks_dropped_total', 'linkpond_journal_lag_records'], signal),
    ]);
    const counts = stats.totals.by_class;
    const sum = CLASSES.reduce((total, name) => total + (counts[name] || 0), 0);
    element.classList.toggle('odd', dropped > 0);
    const terms = CLASSES.filter((name) => counts[name] > 0 || ['human', 'bot', 'preview'].includes(name));
    replace(element, h('strong', null, t('balance.title')), ' ', rows(t('balance.received'), sum, { class: 'all' }), ' = ',
      terms.map((name, i) => [i > 0 && ' + ', rows(t(`class.${name}`), counts[name] || 0, { class: name })]),
      lag > 0 && [' · ', t('balance.pending', { n: number(lag) })], ' · ',
      h('span', { class: 'term', title: t('balance.lost_why') }, `${t('balance.lost')} `, h('b', { class: 'num' }, number(dropped))));
  };
  draw().catch((error) => {
    fail(error);
    element.textContent = '';
  });
  return element;
}
