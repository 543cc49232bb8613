/* SPDX-License-Identifier: MIT */
/* The UTM values that links get by their channel, with what they come to for an example link. */
import { h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { UTM } from '../linkform.js';
import { textField } from '../components/field.js';
import { more } from './create.js';

const FIELDS = [...UTM, 'utm_id'];
const NAMES = ['channel', 'channel_group', 'campaign', 'region', 'location', 'owner', 'customer', 'code', 'date'];

function today() {
  return new Date().toISOString().slice(0, 10).replaceAll('-', '');
}

/** templateEditor(label, given): given() tells what the rest of the form says now. -> {fields, element, toApi(values)} */
export function templateEditor(label, given) {
  const start = label.utm_template || {};
  const fields = FIELDS.map((name) => textField({ name, label: name, value: start[name], attrs: { maxlength: 255, spellcheck: 'false', autocapitalize: 'none' } }));
  const example = h('p', { class: 'preview any-break' });
  let last = fields[0].control;

  const draw = () => {
    const known = { campaign: t('channels.example_campaign'), customer: t('channels.example_customer'), code: 'k7Pm2x', date: today(), ...given() };
    const parts = fields.map((field) => [field.name, field.get().replace(/\{(\w+)\}/g, (all, name) => (NAMES.includes(name) ? known[name] || '' : all))])
      .filter(([, value]) => value);
    replace(example, 'https://www.example.com/', parts.map(([name, value], i) => [i === 0 ? '?' : '&', `${name}=`, h('mark', null, value)]));
  };
  const insert = (name) => {
    last.setRangeText(`{${name}}`, last.selectionStart, last.selectionEnd, 'end');
    last.focus();
    draw();
  };
  fields.forEach((field) => field.control.addEventListener('focus', () => { last = field.control; }));
  const element = more(t('channels.template'), t('channels.template_hint'), FIELDS.some((name) => start[name]),
    h('p', { class: 'soft small' }, t('channels.template_text')),
    h('div', { class: 'row', role: 'group', 'aria-label': t('channels.insert') }, NAMES.map((name) => h('button', {
      class: 'button small', type: 'button', title: t(`channels.name_${name}`), on: { click: () => insert(name) },
    }, `{${name}}`))),
    h('div', { class: 'pair' }, fields.map((field) => field.element)),
    h('div', { class: 'preview-box' }, h('p', { class: 'small soft' }, t('channels.example')), example));
  requestAnimationFrame(() => ['input', 'change'].forEach((name) => element.closest('form')?.addEventListener(name, draw))); // once it is there
  draw();
  return {
    fields, element,
    toApi: (values) => Object.fromEntries(FIELDS.map((name) => [name, values[name] || null])),
  };
}
