/* SPDX-License-Identifier: MIT */
/* One condition of a rule to fill in: what it is about, whether it must hold or must not, and its values. */
import { h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { factValue, isNot, valuesOf } from '../rule-words.js';
import { button } from '../components/button.js';
import { combobox } from '../components/combobox.js';
import { selectField, textField } from '../components/field.js';
import { datesEditor, scheduleEditor } from './rules-times.js';
import { FACTS, factName, readTyped } from './rules-values.js';

/** All values as chips, pressed or not. */
function fewEditor(condition, side, changed) {
  const error = h('p', { class: 'error', hidden: true, role: 'alert' });
  const { values } = FACTS[condition.fact];
  const others = valuesOf(condition).filter((value) => !values.includes(value)); // from the API, and not to be lost
  const toggle = (value) => (event) => {
    const now = condition[side()];
    condition[side()] = now.includes(value) ? now.filter((one) => one !== value) : [...now, value];
    event.currentTarget.setAttribute('aria-pressed', String(condition[side()].includes(value)));
    changed();
  };
  return {
    element: h('div', { class: 'field' }, h('div', { class: 'row press-chips', role: 'group', 'aria-label': factName(condition.fact) },
      [...values, ...others].map((value) => h('button', {
        type: 'button', class: 'press-chip', 'aria-pressed': String(valuesOf(condition).includes(value)), on: { click: toggle(value) },
      }, factValue(condition.fact, value)))), error),
    setError(member, text) {
      error.textContent = text;
      error.hidden = !text;
    },
  };
}

function valuesBox(condition, side, changed, label) {
  const { source, example } = FACTS[condition.fact];
  const field = combobox({
    name: `values-${condition.fact}`, label, multiple: true, source: source || (async () => []), read: (text) => readTyped(condition.fact, text), placeholder: example,
    value: valuesOf(condition).map((value) => ({ value, label: factValue(condition.fact, value) })),
    onChange: (values) => { condition[side()] = values; changed(); },
  });
  return field;
}

function manyEditor(condition, side, changed) {
  const field = valuesBox(condition, side, changed, t('rules.values'));
  return { element: field.element, setError: (member, text) => field.setError(text) };
}

/** A parameter is there, has one of some values, or has not: one choice instead of two. */
function queryEditor(condition, side, changed) {
  const name = textField({ name: 'parameter', label: t('rules.parameter'), value: condition.name, placeholder: 'utm_campaign', attrs: { maxlength: 255, spellcheck: 'false' } });
  const way = selectField({
    name: 'way', label: t('rules.parameter_way'), options: ['any', 'is', 'none', 'is_not'].map((one) => [one, t(`rules.way_${one}`)]),
    value: valuesOf(condition).length > 0 ? (isNot(condition) ? 'is_not' : 'is') : isNot(condition) ? 'none' : 'any',
  });
  const box = valuesBox(condition, side, changed, t('rules.values'));
  const fit = () => { box.element.hidden = ['any', 'none'].includes(way.get()); };
  name.control.addEventListener('input', () => { condition.name = name.get(); changed(); });
  way.control.addEventListener('change', () => {
    const values = ['any', 'none'].includes(way.get()) ? [] : box.get();
    delete condition.is;
    delete condition.not;
    condition[['none', 'is_not'].includes(way.get()) ? 'not' : 'is'] = values;
    fit();
    changed();
  });
  fit();
  return {
    element: h('div', { class: 'stack tight' }, h('div', { class: 'form-pair' }, name.element, way.element), box.element),
    setError(member, text) {
      name.setError(member === 'name' ? text : '');
      (box.element.hidden ? way : box).setError(member === 'name' ? '' : text);
    },
  };
}

const EDITORS = { few: fewEditor, many: manyEditor, query: queryEditor, schedule: scheduleEditor, date: datesEditor };

/**
 * conditionEditor(condition, {changed, remove}) -> {element, setError(path, text), focus()}. The condition is written as it is
 * filled in; a path is what the API names below it: "is[0]", "name", "zone".
 */
export function conditionEditor(condition, { changed, remove }) {
  const { kind } = FACTS[condition.fact];
  const side = () => (isNot(condition) ? 'not' : 'is');
  const editor = EDITORS[kind](condition, side, changed);
  const sides = kind !== 'query' && h('select', {
    class: 'input small-input', 'aria-label': t('rules.side_of', { fact: factName(condition.fact) }), value: side(), on: {
      change: (event) => {
        const values = valuesOf(condition);
        delete condition.is;
        delete condition.not;
        condition[event.target.value] = values;
        changed();
      },
    },
  }, h('option', { value: 'is' }, t('rules.side_is')), h('option', { value: 'not' }, t('rules.side_not')));
  const element = h('li', { class: 'condition', dataset: { fact: condition.fact } },
    h('div', { class: 'condition-head' }, h('span', { class: 'strong' }, factName(condition.fact)), sides, h('span', { class: 'grow' }),
      button(t('rules.remove_condition', { fact: factName(condition.fact) }), { kind: 'plain small', icon: 'close', iconOnly: true, run: remove })),
    editor.element);
  return {
    element,
    setError(path, text) {
      editor.setError(path.replace(/\[.*$/, ''), text);
      element.classList.toggle('wrong', Boolean(text));
    },
    focus: () => element.querySelector('.condition-head ~ * input, .condition-head ~ * button, .condition-head ~ * select')?.focus(),
  };
}

/** Fills `place` anew when the list of conditions changes. */
export function drawConditions(place, editors) {
  replace(place, editors.map((editor, i) => [i > 0 && h('li', { class: 'condition-and', 'aria-hidden': 'true' }, t('rules.and_also')), editor.element]));
}
