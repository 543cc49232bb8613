/* SPDX-License-Identifier: MIT */
/* One rule, as a line that can be opened: its sentence, what is odd about it, and everything of it to fill in. */
import { h, replace } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { ruleWords } from '../rule-words.js';
import { button } from '../components/button.js';
import { switchField, textField } from '../components/field.js';
import { icon } from '../components/icon.js';
import { menu } from '../components/menu.js';
import { badge } from '../components/page.js';
import { nameOf } from './link-target.js';
import { conditionEditor, drawConditions } from './rules-condition.js';
import { targetsEditor } from './rules-targets.js';
import { factName, factsToOffer, newCondition } from './rules-values.js';

const CONDITIONS_MAX = 16;

/** The conditions and their menu. -> {element, setError(index, path, text)} */
function conditionsPart(rule, changed) {
  const place = h('ul', { class: 'conditions' });
  const add = h('div');
  const none = h('p', { class: 'soft small' }, t('rules.no_conditions'));
  let editors = [];
  const make = (condition) => {
    const editor = conditionEditor(condition, {
      changed, remove: () => {
        const at = editors.indexOf(editor);
        rule.when.splice(at, 1);
        editors.splice(at, 1);
        draw();
        adder.focus();
        changed();
      },
    });
    return editor;
  };
  const adder = button(t('rules.add_condition'), { kind: 'small', icon: 'add' });
  const draw = () => {
    none.hidden = rule.when.length > 0;
    place.hidden = rule.when.length === 0;
    adder.disabled = rule.when.length >= CONDITIONS_MAX;
    drawConditions(place, editors);
  };
  replace(add, menu(adder, () => factsToOffer().map((fact) => ({
    text: factName(fact), run: () => {
      const condition = newCondition(fact);
      rule.when.push(condition);
      editors.push(make(condition));
      draw();
      editors.at(-1).focus();
      changed();
    },
  })), { place: 'start' }));
  editors = rule.when.map(make);
  draw();
  return {
    element: h('div', { class: 'stack tight' }, none, place, add),
    setError: (at, path, text) => editors[at]?.setError(path, text),
    clear: () => editors.forEach((editor) => editor.setError('', '')),
  };
}

/**
 * ruleEditor(rule, {pool, write, index(), count(), open, changed(), move(by), copy(), remove()}) -> {element, rule, redraw(),
 * setError(path, text), clearErrors(), setWarnings(texts), setDeciding(on), open(), missing(), focus('up' | 'down' | 'edit')}.
 */
export function ruleEditor(rule, { pool, write, index, count, open = false, changed, move, copy, remove }) {
  const words = h('p', { class: 'rule-words any-break' });
  const about = h('div', { class: 'row small' });
  const warning = h('div', { class: 'rule-warnings small' });
  const place = h('span', { class: 'rule-number num' });
  const form = h('div', { class: 'rule-form', hidden: true });
  const id = `rule-form-${rule.id || Math.random().toString(36).slice(2)}`;
  form.id = id;
  let parts = null;
  let deciding = false;

  const redraw = () => {
    const { when, then } = ruleWords(rule, pool, nameOf);
    replace(words, h('span', { class: 'rule-when' }, when), h('span', { class: 'rule-arrow', 'aria-hidden': 'true' }, ' → '), h('span', { class: 'unseen' }, t('rules.leads_to')), h('span', { class: 'rule-then' }, then));
    replace(about, rule.name && h('span', { class: 'soft any-break' }, rule.name), !rule.enabled && badge(t('rules.off')), deciding && badge(t('rules.decides'), 'good'));
    about.hidden = about.childElementCount === 0;
    place.textContent = number(index() + 1);
    up.disabled = index() === 0;
    down.disabled = index() === count() - 1;
    const label = t('rules.rule_n', { n: number(index() + 1) });
    element.setAttribute('aria-label', rule.name ? `${label}${t('colon')}${rule.name}` : label);
    element.classList.toggle('off', !rule.enabled);
  };
  const touched = () => {
    redraw();
    changed();
  };
  const make = () => {
    const name = textField({ name: 'rule-name', label: t('rules.name'), optional: true, value: rule.name, attrs: { maxlength: 128 } });
    const enabled = switchField({ name: 'enabled', label: t('rules.enabled'), value: rule.enabled });
    name.control.addEventListener('input', () => { rule.name = name.get(); touched(); });
    enabled.control.addEventListener('change', () => { rule.enabled = enabled.get(); touched(); });
    const conditions = conditionsPart(rule, touched);
    const targets = targetsEditor(rule, pool, touched);
    replace(form, h('div', { class: 'rule-part' }, h('h3', null, t('rules.when')), conditions.element), h('div', { class: 'rule-part' }, h('h3', null, t('rules.then_title')), targets.element),
      h('div', { class: 'form-pair' }, name.element, enabled.element), h('div', null, button(t('rules.done'), { kind: 'small', run: () => { toggle(false); edit.focus(); } })));
    return { name, enabled, conditions, targets };
  };
  const toggle = (on) => {
    if (on && !parts) {
      parts = make();
    }
    form.hidden = !on;
    edit.setAttribute('aria-expanded', String(on));
    element.classList.toggle('open', on);
  };
  const up = button(t('rules.up'), { kind: 'plain small', icon: 'up', iconOnly: true, run: () => move(-1) });
  const down = button(t('rules.down'), { kind: 'plain small', icon: 'down', iconOnly: true, run: () => move(1) });
  const edit = button(t('rules.edit'), { kind: 'small', icon: 'edit', attrs: { 'aria-expanded': 'false', 'aria-controls': id }, run: () => toggle(form.hidden) });
  const more = menu(button(t('rules.acts'), { kind: 'plain small', icon: 'more', iconOnly: true }), () => [
    { text: t(rule.enabled ? 'rules.switch_off' : 'rules.switch_on'), icon: rule.enabled ? 'close' : 'check', run: () => { rule.enabled = !rule.enabled; parts?.enabled.set(rule.enabled); touched(); } },
    { text: t('rules.copy'), icon: 'layers', run: copy },
    { text: t('rules.remove'), icon: 'trash', kind: 'bad', run: remove },
  ]);
  const element = h('li', { class: 'rule' }, h('div', { class: 'rule-head' }, place, h('div', { class: 'grow' }, words, about, warning),
    write && h('div', { class: 'row rule-acts' }, up, down, edit, more)), form);
  element.addEventListener('keydown', (event) => {
    if (write && event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      move(event.key === 'ArrowUp' ? -1 : 1);
    }
  });
  toggle(open);

  const setError = (path, text) => {
    toggle(true);
    const found = /^when\[(\d+)\]\.?(.*)$/.exec(path);
    if (found) {
      parts.conditions.setError(Number(found[1]), found[2], text);
    } else if (/^(targets|choose)/.test(path)) {
      parts.targets.setError(path.replace(/\[.*$/, ''), text);
    } else {
      parts.name.setError(text);
    }
    element.querySelector('.wrong input, .wrong select, .wrong button')?.focus();
  };
  return {
    element, rule, redraw, setError,
    clearErrors() {
      parts?.conditions.clear();
      parts?.targets.setError('', '');
      parts?.name.setError('');
    },
    setWarnings(texts) {
      replace(warning, texts.map((text) => h('p', { class: 'row' }, icon('warn'), h('span', { class: 'grow' }, text))));
    },
    /** The one that decides about the visit that is simulated. */
    setDeciding(on) {
      deciding = on;
      element.classList.toggle('deciding', on);
      redraw();
    },
    open: () => toggle(true),
    missing: () => Boolean(parts?.targets.missing()),
    focus: (what) => ({ up, down, edit })[what]?.focus(),
  };
}
