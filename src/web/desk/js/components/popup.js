/* SPDX-License-Identifier: MIT */
/* What opens below a button and closes by itself: on a press elsewhere, on Escape, on the button. */
import { h } from '../dom.js';

/**
 * popup(trigger, make, {place, kind, opened}) -> {element, open(), close(focus), box()}: make() gives the box anew at each
 * opening, opened(box) is told when it is there. place: 'up', 'start' or '' (below, ending with the button); kind: what
 * aria-haspopup says. box() is null while it is closed.
 */
export function popup(trigger, make, { place = '', kind, opened }) {
  const holder = h('div', { class: `menu ${place}` }, trigger);
  let box = null;

  const close = (focus) => {
    box?.remove();
    box = null;
    trigger.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    if (focus) {
      trigger.focus();
    }
  };
  const outside = (event) => {
    if (!holder.contains(event.target)) {
      close(false);
    }
  };
  const open = () => {
    box = make();
    box.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        close(true);
      }
    });
    holder.append(box);
    trigger.setAttribute('aria-expanded', 'true');
    document.addEventListener('pointerdown', outside, true);
    opened?.(box);
  };

  trigger.setAttribute('aria-haspopup', kind);
  trigger.setAttribute('aria-expanded', 'false');
  trigger.addEventListener('click', () => (box ? close(true) : open()));
  return { element: holder, open, close, box: () => box };
}
