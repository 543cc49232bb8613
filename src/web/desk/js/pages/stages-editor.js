/* SPDX-License-Identifier: MIT */
/* The steps as a list to put in order: how each is called, and which events lead there. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { EVENT_TYPES, typeName } from '../deals.js';
import { button } from '../components/button.js';
import { combobox } from '../components/combobox.js';
import { dialog } from '../components/dialog.js';
import { textField } from '../components/field.js';
import { form, submitButton } from '../components/form.js';
import { handle, sortable } from '../components/sortable.js';
import { toast } from '../components/toast.js';

const STAGES_MAX = 12;
const STAGES_MIN = 2;
const NTH = /^(.+?)\s*[#×x]\s*(\d{1,4})$/;

/** "the 2nd deal and all after it" */
export function eventName({ type, nth }) {
  return nth > 1 ? t('stages.nth', { n: nth, type: typeName(type) }) : typeName(type);
}

/** {type: 'deal', nth: 2} <-> 'deal#2' */
function eventValue({ type, nth }) {
  return nth > 1 ? `${type}#${nth}` : type;
}

function readEvent(text) {
  const found = NTH.exec(text);
  const event = found ? { type: found[1], nth: Number(found[2]) } : { type: text, nth: 1 };
  const known = EVENT_TYPES.find((type) => typeName(type) === event.type);
  return { ...event, type: known || event.type };
}

function option(event) {
  return { value: eventValue(event), label: eventName(event) };
}

async function offered(text) {
  const all = [...EVENT_TYPES.map((type) => ({ type, nth: 1 })), { type: 'deal', nth: 2 }, { type: 'deal', nth: 3 }].map(option);
  return all.filter((one) => `${one.label} ${one.value}`.toLowerCase().includes(text.toLowerCase()));
}

/** A name that no other step has. */
function freeKey(rows) {
  let n = rows.length + 1;
  while (rows.some((row) => row.key === `stage-${n}`)) {
    n += 1;
  }
  return `stage-${n}`;
}

let made = 0;

function makeRow(stage) {
  made += 1;
  return {
    key: stage.key,
    zh: textField({ name: `zh${made}`, label: t('stages.zh'), value: stage.names.zh, attrs: { maxlength: 64 } }),
    en: textField({ name: `en${made}`, label: t('stages.en'), optional: true, value: stage.names.en, attrs: { maxlength: 64 } }),
    events: combobox({
      name: `events${made}`, label: t('stages.events'), multiple: true, source: offered, value: stage.events.map(option),
      read: (text) => option(readEvent(text)),
    }),
  };
}

export function editStages(stages, changed) {
  let rows = stages.map(makeRow);
  const list = h('ol', { class: 'stage-list' });
  const draw = () => {
    replace(list, rows.map((row, i) => h('li', { class: 'stage-edit' }, handle(t('stages.move', { name: row.zh.get() || row.en.get() || row.key })),
      h('div', { class: 'stack tight grow' }, h('div', { class: 'pair' }, row.zh.element, row.en.element), i === 0 ? h('p', { class: 'small soft' }, t('stages.first')) : row.events.element),
      rows.length > STAGES_MIN && button(t('stages.remove', { name: row.zh.get() || row.en.get() || row.key }), {
        kind: 'plain small', icon: 'trash', iconOnly: true, run: () => { rows = rows.filter((one) => one !== row); draw(); },
      }))));
    add.hidden = rows.length >= STAGES_MAX;
  };
  const add = button(t('stages.add'), {
    icon: 'add', run: () => {
      rows.push(makeRow({ key: freeKey(rows), names: {}, events: [] }));
      draw();
      rows.at(-1).zh.control.focus();
    },
  });
  sortable(list, (from, to) => {
    rows.splice(to, 0, ...rows.splice(from, 1));
    draw();
    list.children[to].querySelector('.drag-handle').focus();
  });
  draw();
  const submit = submitButton(t('save'));
  const box = dialog({
    title: t('stages.edit'), wide: true, body: form({
      fields: [], submit, body: h('div', { class: 'stack' }, h('p', { class: 'small soft' }, t('stages.recount'), ' ', t('stages.events_hint')), list, h('div', null, add), submit),
      onSubmit: async () => {
        const nameless = rows.find((row) => !row.zh.get() && !row.en.get());
        if (nameless) {
          nameless.zh.setError(t('stages.need_name'));
          nameless.zh.control.focus();
          return;
        }
        await api.put('/stages', {
          stages: rows.map((row, i) => ({
            key: row.key, names: { zh: row.zh.get() || row.en.get(), en: row.en.get() || row.zh.get() }, events: i === 0 ? [] : row.events.get().map(readEvent),
          })),
        });
        box.close();
        toast(t('stages.saved'));
        changed();
      },
    }).element,
  });
}
