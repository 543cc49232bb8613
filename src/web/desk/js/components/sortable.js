/* SPDX-License-Identifier: MIT */
/*
 * A list whose rows are put in order by their handles: dragged by mouse or finger, or moved by arrow keys. Pointer events,
 * because the browser's own drag and drop does not exist on phones.
 */
import { h } from '../dom.js';
import { icon } from './icon.js';

/** handle(label): what a row is taken hold of by. */
export function handle(label) {
  return h('button', { type: 'button', class: 'button plain small only drag-handle', 'aria-label': label, title: label }, icon('drag'));
}

function rowAt(list, y) {
  return [...list.children].find((row) => {
    const box = row.getBoundingClientRect();
    return y >= box.top && y <= box.bottom;
  });
}

/** sortable(list, done): rows are the list's children, each with a handle; done(from, to) is told when one was put elsewhere. */
export function sortable(list, done) {
  let drag = null; // {row, from, pointer}

  const index = (row) => [...list.children].indexOf(row);
  const finish = (event) => {
    if (!drag || event.pointerId !== drag.pointer) {
      return;
    }
    const { row, from } = drag;
    drag = null;
    row.classList.remove('dragging');
    if (event.type === 'pointercancel') {
      list.insertBefore(row, list.children[from + (index(row) < from ? 1 : 0)] || null);
    } else if (index(row) !== from) {
      done(from, index(row));
    }
  };
  list.addEventListener('pointerdown', (event) => {
    const taken = event.target.closest('.drag-handle');
    const row = taken && [...list.children].find((one) => one.contains(taken));
    if (row && event.button === 0) {
      event.preventDefault();
      taken.focus();
      taken.setPointerCapture(event.pointerId);
      drag = { row, from: index(row), pointer: event.pointerId };
      row.classList.add('dragging');
    }
  });
  list.addEventListener('pointermove', (event) => {
    const over = drag && event.pointerId === drag.pointer && rowAt(list, event.clientY);
    if (over && over !== drag.row) {
      list.insertBefore(drag.row, index(over) > index(drag.row) ? over.nextSibling : over);
    }
  });
  list.addEventListener('pointerup', finish);
  list.addEventListener('pointercancel', finish);
  list.addEventListener('keydown', (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const taken = event.target.closest('.drag-handle');
    if (!by || !taken) {
      return;
    }
    event.preventDefault();
    const from = [...list.children].findIndex((row) => row.contains(taken));
    if (list.children[from + by]) {
      done(from, from + by);
    }
  });
}
