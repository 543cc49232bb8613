/* SPDX-License-Identifier: MIT */
/*
 * A week as 168 hours to paint: by pressing and dragging, or by keyboard (arrows move, Space or Enter turns an hour on or
 * off, with Shift an arrow takes the state along; a day's or an hour's name turns all of it). Hours run across where there
 * is room, else down.
 */
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { weekdayName } from '../values.js';

const DAYS = [0, 1, 2, 3, 4, 5, 6];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const UPRIGHT = '(max-width: 719px)'; // as in live.css

/** weekGrid({label, hours, onChange(hours)}) -> {element, set(hours)}; hours: 168 booleans from Monday 0:00. */
export function weekGrid({ label, hours: given, onChange }) {
  let hours = [...given];
  let painting = null; // what a drag makes of each hour
  let painted = false; // the click that follows has been seen to
  const upright = matchMedia(UPRIGHT);
  const cells = [];

  const draw = (at) => cells[at].setAttribute('aria-pressed', String(hours[at]));
  const put = (at, on) => {
    if (hours[at] !== on) {
      hours[at] = on;
      draw(at);
    }
  };
  const tell = () => onChange([...hours]);
  const all = (list) => {
    const on = !list.every((at) => hours[at]);
    list.forEach((at) => put(at, on));
    tell();
  };
  const focus = (at) => {
    cells.forEach((cell, i) => { cell.tabIndex = i === at ? 0 : -1; });
    cells[at].focus();
  };
  const moves = () => (upright.matches ? { ArrowRight: 24, ArrowLeft: -24, ArrowDown: 1, ArrowUp: -1 } : { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 24, ArrowUp: -24 });
  const keyed = (event) => {
    const at = cells.indexOf(event.target);
    const by = moves()[event.key];
    if (at < 0 || by === undefined) {
      return;
    }
    event.preventDefault();
    const next = (at + by + 168) % 168;
    if (event.shiftKey) {
      put(next, hours[at]);
      tell();
    }
    focus(next);
  };
  const press = (event) => {
    const at = cells.indexOf(event.target);
    painted = at >= 0 && event.button === 0 && event.pointerType === 'mouse'; // a finger may be about to scroll
    if (painted) {
      painting = !hours[at];
      put(at, painting);
      focus(at);
      event.preventDefault();
    }
  };
  const over = (event) => {
    const at = painting === null ? -1 : cells.indexOf(document.elementFromPoint(event.clientX, event.clientY));
    if (at >= 0) {
      put(at, painting);
    }
  };
  const release = () => {
    if (painting !== null) {
      painting = null;
      tell();
    }
  };
  const click = (at) => {
    if (!painted) {
      put(at, !hours[at]);
      tell();
    }
    painted = false;
  };

  const hourName = (hour) => `${hour}:00–${hour + 1}:00`;
  const corner = h('span', { class: 'week-corner', 'aria-hidden': 'true' });
  const hourHeads = HOURS.map((hour) => h('button', {
    type: 'button', class: 'week-hour', tabindex: '-1', 'aria-label': t('rules.all_days_at', { hours: hourName(hour) }), on: { click: () => all(DAYS.map((day) => day * 24 + hour)) },
  }, hour));
  const rows = DAYS.map((day) => [
    h('button', { type: 'button', class: 'week-day', on: { click: () => all(HOURS.map((hour) => day * 24 + hour)) } }, weekdayName(day + 1)),
    HOURS.map((hour) => {
      const at = day * 24 + hour;
      cells[at] = h('button', {
        type: 'button', class: 'week-cell', tabindex: at === 9 ? '0' : '-1', 'aria-pressed': String(hours[at]), 'aria-label': `${weekdayName(day + 1, 'long')} ${hourName(hour)}`,
        on: { click: () => click(at) },
      });
      return cells[at];
    }),
  ]);
  const element = h('div', { class: 'week', role: 'group', 'aria-label': label, on: { keydown: keyed, pointerdown: press, pointermove: over } },
    corner, hourHeads, rows);
  element.addEventListener('pointerup', release);
  element.addEventListener('pointercancel', release);
  element.addEventListener('pointerleave', release);
  return {
    element,
    set(next) {
      hours = [...next];
      cells.forEach((cell, at) => draw(at));
    },
  };
}
