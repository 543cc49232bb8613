/* SPDX-License-Identifier: MIT */
/* A place for a table's file: chosen, or dropped there. */
import { h } from '../dom.js';
import { icon } from './icon.js';

/** fileDrop({id, title, hint, take(file)}) -> element */
export function fileDrop({ id, title, hint, take }) {
  const file = h('input', {
    type: 'file', class: 'unseen', id, accept: '.csv,.tsv,.txt,text/csv,text/plain,text/tab-separated-values', on: {
      change: () => {
        if (file.files[0]) {
          take(file.files[0]);
        }
        file.value = '';
      },
    },
  });
  const zone = h('label', { class: 'drop-zone', for: id }, icon('upload'), h('span', { class: 'strong' }, title), hint && h('span', { class: 'soft small' }, hint));
  const over = (on) => (event) => {
    event.preventDefault();
    zone.classList.toggle('over', on);
  };
  zone.addEventListener('dragover', over(true));
  zone.addEventListener('dragleave', over(false));
  zone.addEventListener('drop', (event) => {
    over(false)(event);
    if (event.dataTransfer.files[0]) {
      take(event.dataTransfer.files[0]);
    }
  });
  return h('div', null, file, zone);
}
