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

export const CLASSES = ['human', 'bot', 'preview', 'prefetch', 'head', 'replay', 'duplicate'];
const ALWAYS = ['human', 'bot', 'preview'];
const UNOPENED = ['not_started', 'expired', 'used_up', 'disabled', 'unknown', 'denied'];

function term(name, count, query) {
  return h('span', { class: 'term' }, `${name} `,
    count > 0 ? h('a', { class: 'num strong', href: href('/clicks', query) }, number(count)) : h('b', { class: 'num' }, number(count)));
}

/** "clicks 1,010 = real visits 1,040 − 30 not opened": why the two differ. */
function unopened(totals, conditions) {
  const missing = (totals.by_class.human || 0) - totals.clicks;
  return missing > 0 && h('p', { class: 'small' }, t('balance.opened', { clicks: number(totals.clicks), human: number(totals.by_class.human) }), ' ',
    h('a', { class: 'num', href: href('/clicks', { ...conditions, class: 'human', outcome: UNOPENED }) }, number(missing)));
}

/** How the ledger stands, to be asked beside the totals: {} for who sees a part only. */
export function ledgerNow(signal) {
  return api.get('/health', null, { signal }).then(({ ledger }) => ledger, () => ({}));
}

/**
 * balance() -> {element, show(totals, conditions, ledger)}: `totals` of /stats, the conditions it was asked with, which are
 * those of /clicks too, and what ledgerNow() said. It is drawn at once, so that nothing below it moves a second time.
 */
export function balance() {
  const element = h('div', { class: 'balance waiting', role: 'status' }, t('balance.loading'));
  const draw = (totals, conditions, ledger) => {
    const pending = ledger.lag_records > 0 && ` · ${t('balance.pending', { n: number(ledger.lag_records) })}`;
    const lost = h('b', { class: 'num' }, number(ledger.dropped));
    const counts = totals.by_class;
    const sum = CLASSES.reduce((total, name) => total + (counts[name] || 0), 0);
    const shown = CLASSES.filter((name) => counts[name] > 0 || ALWAYS.includes(name));
    const plain = !('class' in conditions || 'outcome' in conditions || 'not_class' in conditions || 'not_outcome' in conditions);
    replace(element, h('p', null, h('strong', null, t('balance.title')), ' ', term(t('balance.received'), sum, { ...conditions, class: 'all' }), ' = ',
      shown.map((name, i) => [i > 0 && ' + ', term(t(`class.${name}`), counts[name] || 0, { ...conditions, class: name })]),
      pending, ' · ', h('span', { class: 'term', title: t('balance.lost_why') }, `${t('balance.lost')} `, lost)), plain && unopened(totals, conditions));
  };
  return {
    element,
    show(totals, conditions, ledger) {
      element.classList.remove('waiting');
      element.classList.toggle('odd', ledger.dropped > 0);
      draw(totals, conditions, ledger);
    },
  };
}
