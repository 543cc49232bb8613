/* SPDX-License-Identifier: MIT */
/* The times of a rule: a weekly schedule, painted or by the minute, with what becomes of it on days off; and dates. */
import { h, replace } from '../dom.js';
import { fromLocalInput, toLocalInput } from '../format.js';
import { t } from '../i18n.js';
import { who } from '../session.js';
import { clock, hoursOf, readSlot, slotsOf, writeSlot } from '../slots.js';
import { weekdayName } from '../values.js';
import { button } from '../components/button.js';
import { selectField } from '../components/field.js';
import { segments } from '../components/page.js';
import { weekGrid } from '../components/weekgrid.js';
import { zoneDialog } from '../components/zonepicker.js';

const DAYS = [0, 1, 2, 3, 4, 5, 6];
const PLAIN_DAY = /^\d{4}-\d{2}-\d{2}$/;
const READY = { work: ['1-5 09:00-18:00'], evening: ['* 18:00-22:00'], night: ['* 22:00-06:00'], weekend: ['6-7 00:00-24:00'] };
const NEW_SLOT = '1-5 09:00-18:00';
const NEW_HOLIDAY_SLOT = '* 10:00-16:00';

/** The zone, as a button that changes it. */
function zoneButton(condition, changed) {
  const installed = () => who().install.timezone;
  const place = h('span');
  const draw = () => replace(place, button(condition.zone || installed(), {
    kind: 'small', icon: 'globe', attrs: { 'aria-label': `${t('zone.label')} ${condition.zone || installed()}` },
    run: () => zoneDialog({
      value: condition.zone || installed(), hint: t('rules.zone_hint'), onPick: (zone) => {
        if (zone && zone !== installed()) {
          condition.zone = zone;
        } else {
          delete condition.zone;
        }
        draw();
        changed();
      },
    }),
  }));
  draw();
  return place;
}

/* ---- by the minute ---- */

function timeBox(label, minutes, set) {
  return h('input', {
    class: 'input small-input', type: 'time', 'aria-label': label, value: clock(minutes % 1440),
    on: { change: (event) => { const [hour, minute] = event.target.value.split(':').map(Number); if (event.target.value) { set(hour * 60 + minute); } } },
  });
}

function dayButtons(slot, set) {
  return h('span', { class: 'day-buttons', role: 'group', 'aria-label': t('rules.days') }, DAYS.map((day) => h('button', {
    type: 'button', class: 'press-chip', 'aria-pressed': String(Boolean(slot.days >> day & 1)), 'aria-label': weekdayName(day + 1, 'long'),
    on: { click: (event) => { set(slot.days ^ 1 << day); event.currentTarget.setAttribute('aria-pressed', String(Boolean(slot.days >> day & 1))); } },
  }, weekdayName(day + 1, 'narrow'))));
}

/** Rows of days and times. slots: texts; changed(texts) is told all of them. */
function slotRows({ slots, days, blank, changed }) {
  const element = h('div', { class: 'stack tight' });
  const rows = slots.map(readSlot).filter(Boolean);
  const tell = () => changed(rows.map(writeSlot));
  const draw = (focus = -1) => {
    replace(element, rows.map((slot, i) => h('div', { class: 'row slot-row' },
      days && dayButtons(slot, (next) => { slot.days = next || slot.days; tell(); }),
      timeBox(t('rules.from'), slot.from, (minutes) => { slot.from = minutes; tell(); }), '–',
      timeBox(t('rules.to'), slot.to, (minutes) => { slot.to = minutes; tell(); }),
      button(t('rules.remove_times'), { kind: 'plain small', icon: 'close', iconOnly: true, run: () => { rows.splice(i, 1); draw(); tell(); } }))),
    h('div', null, button(t('rules.add_times'), { kind: 'small', icon: 'add', run: () => { rows.push(readSlot(blank)); draw(rows.length - 1); tell(); } })));
    element.querySelectorAll('.slot-row')[focus]?.querySelector('button, input').focus();
  };
  draw();
  return element;
}

/* ---- a schedule ---- */

function holidayField(condition, changed) {
  const rows = h('div');
  const kind = () => (!condition.holiday ? 'closed' : condition.holiday === 'weekday' ? 'weekday' : 'own');
  const field = selectField({
    name: 'holiday', label: t('rules.holiday'), hint: t('rules.holiday_hint'), value: kind(),
    options: ['closed', 'weekday', 'own'].map((one) => [one, t(`rules.holiday_${one}_option`)]),
  });
  const draw = () => replace(rows, kind() === 'own' && slotRows({
    slots: condition.holiday.split(';'), days: false, blank: NEW_HOLIDAY_SLOT, changed: (slots) => { condition.holiday = slots.join(';'); changed(); },
  }));
  field.control.addEventListener('change', () => {
    condition.holiday = { closed: '', weekday: 'weekday', own: NEW_HOLIDAY_SLOT }[field.get()];
    draw();
    changed();
  });
  draw();
  return { field, element: h('div', { class: 'stack tight' }, field.element, rows) };
}

/** {element, setError(member, text)}; it writes into the condition. `side`: 'is' or 'not', asked anew each time. */
export function scheduleEditor(condition, side, changed) {
  const body = h('div');
  let painted = hoursOf(condition[side()]) !== null;
  const put = (slots) => {
    condition[side()] = slots;
    changed();
  };
  const draw = () => {
    const hours = painted && hoursOf(condition[side()]);
    replace(body, hours ? weekGrid({ label: t('rules.week'), hours, onChange: (next) => put(slotsOf(next)) }).element
      : slotRows({ slots: condition[side()], days: true, blank: NEW_SLOT, changed: put }));
  };
  const ways = h('div');
  const drawWays = () => replace(ways, segments(t('rules.how_times'), [['hours', t('rules.by_hours')], ['minutes', t('rules.by_minutes')]], painted ? 'hours' : 'minutes', (way) => {
    painted = way === 'hours' && hoursOf(condition[side()]) !== null;
    if (way === 'hours' && !painted) {
      hint.hidden = false;
      drawWays();
    } else {
      hint.hidden = true;
      draw();
    }
  }));
  const hint = h('p', { class: 'small soft', hidden: true, role: 'status' }, t('rules.not_whole_hours'));
  const ready = h('div', { class: 'row' }, Object.entries(READY).map(([name, slots]) => button(t(`rules.ready_${name}`), {
    kind: 'plain small', run: () => { put([...slots]); painted = true; drawWays(); draw(); },
  })));
  const holiday = holidayField(condition, changed);
  drawWays();
  draw();
  const error = h('p', { class: 'error', hidden: true, role: 'alert' });
  return {
    element: h('div', { class: 'stack tight field' }, h('div', { class: 'row' }, ways, ready), hint, body, error, h('div', { class: 'row far' }, holiday.element, zoneButton(condition, changed))),
    setError(member, text) {
      holiday.field.setError(member === 'holiday' ? text : '');
      error.textContent = member === 'holiday' ? '' : text;
      error.hidden = !error.textContent;
    },
  };
}

/* ---- dates ---- */

/** As the boxes have it: a plain date is its first minute in the condition's zone. */
function boxText(value, zone) {
  return PLAIN_DAY.test(value) ? `${value}T00:00` : toLocalInput(value, zone);
}

function stored(text, zone) {
  return text.endsWith('T00:00') ? text.slice(0, 10) : fromLocalInput(text, zone) || '';
}

export function datesEditor(condition, side, changed) {
  const zone = () => condition.zone || who().install.timezone;
  const boxes = h('div', { class: 'form-pair' });
  const draw = () => replace(boxes, ['rules.from_date', 'rules.until_date'].map((word, i) => h('label', { class: 'field' }, h('span', { class: 'small soft' }, t(word)), h('input', {
    class: 'input', type: 'datetime-local', max: '9999-12-31T23:59', value: boxText(condition[side()][i], zone()),
    on: { change: (event) => { condition[side()][i] = stored(event.target.value, zone()); changed(); } },
  }))));
  draw();
  const error = h('p', { class: 'error', hidden: true, role: 'alert' });
  return {
    element: h('div', { class: 'stack tight field' }, boxes, error, zoneButton(condition, () => { draw(); changed(); })),
    setError(member, text) {
      error.textContent = text;
      error.hidden = !text;
    },
  };
}
