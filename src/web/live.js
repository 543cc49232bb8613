// SPDX-License-Identifier: MIT
// Tells the server, once a page, that its code was held or saved or its button pressed: that somebody meant to join, not
// only looked. Nothing else is told. The page works without this file.
(() => {
  'use strict';

  const HELD_MS = 500; // what phones take for holding
  const STILL_PX = 12; // a finger is never quite still
  const picture = document.querySelector('.paper img');
  let told = false;
  let timer = 0;
  let from = null;

  function tell() {
    if (told) {
      return;
    }
    told = true;
    const address = location.pathname.replace(/\/+$/, '') + '/pressed';
    if (!navigator.sendBeacon || !navigator.sendBeacon(address)) {
      fetch(address, { method: 'POST', keepalive: true }).catch(() => {});
    }
  }

  function leave() {
    clearTimeout(timer);
  }

  function place(event) {
    const touch = event.touches[0];
    return { x: touch.clientX, y: touch.clientY };
  }

  if (picture) {
    picture.addEventListener('touchstart', (event) => {
      from = place(event);
      clearTimeout(timer);
      timer = setTimeout(tell, HELD_MS);
    }, { passive: true });
    picture.addEventListener('touchmove', (event) => {
      const to = place(event);
      if (Math.hypot(to.x - from.x, to.y - from.y) > STILL_PX) {
        leave();
      }
    }, { passive: true });
    picture.addEventListener('touchend', leave, { passive: true });
    picture.addEventListener('contextmenu', tell);
    picture.addEventListener('dragstart', tell);
  }
  for (const button of document.querySelectorAll('a.button')) {
    button.addEventListener('click', tell);
  }
})();
