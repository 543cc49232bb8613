/* SPDX-License-Identifier: MIT */
/* Where a rule leads: the whole pool or some of its targets in an order, how one is chosen, and their weights. */
import { h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { button } from '../components/button.js';
import { selectField, switchField } from '../components/field.js';
import { icon } from '../components/icon.js';
import { segments } from '../components/page.js';
import { nameOf } from './link-target.js';
import { KIND_ICONS } from './target-kinds.js';

const CHOICES = ['first', 'sequential', 'round_robin', 'weighted', 'least_shown', 'random'];
const WEIGHTED = ['weighted', 'random'];

function weightBox(target, changed) {
  return h('label', { class: 'weight' }, h('span', { class: 'small soft' }, t('rules.weight')), h('input', {
    class: 'input small-input', type: 'number', min: 1, max: 100, inputmode: 'numeric', 'aria-label': t('rules.weight_of', { name: nameOf(target) }), value: target.weight,
    on: { input: (event) => { if (event.target.checkValidity() && event.target.value) { target.weight = Number(event.target.value); changed(); } } },
  }));
}

/** Chosen ones first, in the rule's order. */
function ordered(rule, pool) {
  const chosen = rule.targets.map((id) => pool.find((target) => target.id === id)).filter(Boolean);
  return [...chosen, ...pool.filter((target) => !chosen.includes(target))];
}

function targetRow(target, rule, { some, changed, redraw }) {
  const at = rule.targets.indexOf(target.id);
  const move = (by) => {
    rule.targets.splice(at, 1);
    rule.targets.splice(at + by, 0, target.id);
    redraw(target.id, by < 0 ? 'up' : 'down');
    changed();
  };
  const mover = (by, word, name) => button(t(word, { name: nameOf(target) }), {
    kind: 'plain small', icon: name, iconOnly: true, run: () => move(by), attrs: { dataset: { move: by < 0 ? 'up' : 'down' }, disabled: by < 0 ? at <= 0 : at < 0 || at === rule.targets.length - 1 },
  });
  return h('li', { class: 'rule-target', dataset: { target: target.id } },
    h('label', { class: 'grow row' }, some && h('input', {
      type: 'checkbox', class: 'tick', checked: at >= 0, on: {
        change: (event) => {
          rule.targets = event.target.checked ? [...rule.targets, target.id] : rule.targets.filter((id) => id !== target.id);
          redraw(target.id);
          changed();
        },
      },
    }), icon(KIND_ICONS[target.kind]), h('span', { class: 'any-break' }, nameOf(target)), target.state !== 'open' && h('span', { class: 'badge' }, t(`live.state_${target.state}`))),
    WEIGHTED.includes(rule.choose) && (!some || at >= 0) && weightBox(target, changed),
    some && at >= 0 && h('span', { class: 'row movers' }, mover(-1, 'rules.target_up', 'up'), mover(1, 'rules.target_down', 'down')));
}

/** {element, setError(member, text)}; it writes into the rule, weights into the pool's targets. */
export function targetsEditor(rule, pool, changed) {
  const list = h('ul', { class: 'rule-targets' });
  let chosen = rule.targets.length > 0;
  const redraw = (id, focus) => {
    replace(list, ordered(rule, pool).map((target) => targetRow(target, rule, { some: chosen, changed, redraw })));
    const row = [...list.children].find((one) => one.dataset.target === id);
    (row?.querySelector(`[data-move="${focus}"]:not(:disabled)`) || row?.querySelector('button:not(:disabled), input'))?.focus();
  };
  const choose = selectField({ name: 'choose', label: t('rules.choose'), options: CHOICES.map((one) => [one, t(`rules.choose_${one}`)]), value: rule.choose });
  const sticky = switchField({ name: 'sticky', label: t('rules.sticky'), hint: t('rules.sticky_hint'), value: rule.sticky });
  const fit = () => choose.setNote(t(`rules.choose_${rule.choose}_hint`));
  choose.control.addEventListener('change', () => { rule.choose = choose.get(); fit(); redraw(); changed(); });
  sticky.control.addEventListener('change', () => { rule.sticky = sticky.get(); changed(); });
  const error = h('p', { class: 'error', hidden: true, role: 'alert' });
  const which = segments(t('rules.which_targets'), [['all', t('rules.whole_pool')], ['some', t('rules.some_targets')]], chosen ? 'some' : 'all', (way) => {
    chosen = way === 'some';
    rule.targets = [];
    redraw();
    changed();
  });
  fit();
  redraw();
  return {
    element: h('div', { class: 'stack tight' }, choose.element, h('div', { class: 'field' }, which, list, error), sticky.element),
    setError(member, text) {
      choose.setError(member === 'choose' ? text : '');
      error.textContent = member === 'choose' ? '' : text;
      error.hidden = !error.textContent;
    },
    /** Targets are to be chosen, and none was. */
    missing: () => chosen && rule.targets.length === 0,
  };
}
