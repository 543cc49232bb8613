/* SPDX-License-Identifier: MIT */
/*
 * Weekly slots as rules have them ("1-5 09:00-18:00", docs/api.md) and as a week of 168 hours that somebody paints. A slot
 * belongs to the day it begins on and may go over midnight. Bit 0 of `days` is Monday.
 */
const ALL = 0x7f;
const HOURS = 168;
const SHAPE = /^(?:(\*|[1-7](?:-[1-7])?(?:,[1-7](?:-[1-7])?)*) )?(\d\d):(\d\d)-(\d\d):(\d\d)$/;

function daysOf(text) {
  if (!text || text === '*') {
    return ALL;
  }
  let days = 0;
  text.split(',').forEach((range) => {
    const [first, last = first] = range.split('-').map((day) => Number(day) - 1);
    for (let day = first; ; day = (day + 1) % 7) {
      days |= 1 << day;
      if (day === last) {
        return;
      }
    }
  });
  return days;
}

/** {days, from, to} in minutes of the day; null when it is no slot. */
export function readSlot(text) {
  const found = SHAPE.exec(text.trim());
  if (!found) {
    return null;
  }
  const [from, to] = [Number(found[2]) * 60 + Number(found[3]), Number(found[4]) * 60 + Number(found[5])];
  return from < 1440 && to <= 1440 ? { days: daysOf(found[1]), from, to } : null;
}

/** "09:00" of minutes. */
export function clock(minutes) {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Runs of days, as [first, last] from 0: Monday. */
export function dayRuns(days) {
  const runs = [];
  for (let day = 0; day < 7; day += 1) {
    if (days >> day & 1) {
      if (runs.length > 0 && runs.at(-1)[1] === day - 1) {
        runs.at(-1)[1] = day;
      } else {
        runs.push([day, day]);
      }
    }
  }
  return runs;
}

export function writeSlot({ days, from, to }) {
  const text = days === ALL ? '*' : dayRuns(days).map(([first, last]) => (first === last ? `${first + 1}` : `${first + 1}-${last + 1}`)).join(',');
  return `${text} ${clock(from)}-${clock(to)}`;
}

/** The hours of a week that the slots cover, from Monday 0:00; null when one does not keep to whole hours. */
export function hoursOf(slots) {
  const hours = new Array(HOURS).fill(false);
  for (const slot of slots.map(readSlot)) {
    if (!slot || slot.from % 60 !== 0 || slot.to % 60 !== 0) {
      return null;
    }
    const length = (slot.to > slot.from ? slot.to - slot.from : slot.to + 1440 - slot.from) / 60;
    for (let day = 0; day < 7; day += 1) {
      for (let i = 0; slot.days >> day & 1 && i < length; i += 1) {
        hours[(day * 24 + slot.from / 60 + i) % HOURS] = true;
      }
    }
  }
  return hours;
}

/** Stretches of hours around the week: [[start, length]]. */
function stretches(hours) {
  const found = [];
  const first = hours.findIndex((on, i) => on && !hours[(i + HOURS - 1) % HOURS]);
  for (let i = 0; first >= 0 && i < HOURS; i += 1) {
    const at = (first + i) % HOURS;
    if (hours[at] && found.length > 0 && found.at(-1)[0] + found.at(-1)[1] === first + i) {
      found.at(-1)[1] += 1;
    } else if (hours[at]) {
      found.push([first + i, 1]);
    }
  }
  return found.map(([start, length]) => [start % HOURS, length]);
}

/** A stretch as slots of at most a day: one over midnight stays whole, a longer one is cut there. */
function cut([start, length]) {
  if (length <= 24) {
    return [[start, length]];
  }
  const parts = [];
  for (let at = start, left = length; left > 0;) {
    const part = Math.min(left, 24 - (at % 24));
    parts.push([at % HOURS, part]);
    at += part;
    left -= part;
  }
  return parts;
}

/** The fewest slots for those hours: days that have the same ones share a slot. */
export function slotsOf(hours) {
  if (hours.every(Boolean)) {
    return ['* 00:00-24:00'];
  }
  const by = new Map(); // "from-to" -> days
  stretches(hours).flatMap(cut).forEach(([start, length]) => {
    const from = start % 24;
    const to = from + length > 24 ? from + length - 24 : from + length;
    const key = `${from}-${to}`;
    by.set(key, (by.get(key) || 0) | 1 << Math.floor(start / 24));
  });
  return [...by].map(([key, days]) => {
    const [from, to] = key.split('-').map(Number);
    return writeSlot({ days, from: from * 60, to: to * 60 });
  });
}
