/* SPDX-License-Identifier: MIT */
/* The pool of a live code on its link's page: what each target shows, how full it is, when it ends, and its rules. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { loadWords, t } from '../i18n.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { icon } from '../components/icon.js';
import { menu } from '../components/menu.js';
import { card } from '../components/page.js';
import { fail } from '../components/toast.js';
import { KIND_ICONS, KINDS } from './target-kinds.js';

const TICK_MS = 30000; // countdowns are told to the minute

/* What only live codes need comes when there is one: most links lead to one place. */
const pool = () => Promise.all([import('./link-pool.js'), loadWords(['rules'])]).then(([module]) => module);
const add = (path, kind, changed) => import('./link-target.js').then(({ targetDialog }) => targetDialog(path, { kind }, changed), fail);

function addButton(path, changed, kind = '') {
  return menu(button(t('live.add'), { kind, icon: 'add' }),
    () => KINDS.map((one) => ({ text: t(`live.add_${one}`), icon: KIND_ICONS[one], run: () => add(path, one, changed) })));
}

/** An element, empty where a link is no live code and its reader may not make it one. Given when it has its height, so that
 *  what stands below it does not jump. */
export async function liveSection(view, link) {
  const path = `/links/${api.segment(link.id)}/targets`;
  const write = can('links:write') && !link.deleted_at;
  const element = h('div', { class: 'live-section' });
  let tick = () => {};
  const draw = async (items, rules) => {
    if (items.length > 0) {
      const { poolList, rulesPart } = await pool();
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
      const [targets, { rules }] = await Promise.all([path, `/links/${api.segment(link.id)}/rules`].map((one) => api.get(one, null, { signal: view.signal })));
      await draw(targets.items, rules);
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
    await draw([], []);
  }
  const timer = setInterval(() => tick(), TICK_MS);
  view.signal.addEventListener('abort', () => clearInterval(timer));
  return element;
}
