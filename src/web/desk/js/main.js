/* SPDX-License-Identifier: MIT */
/* The desk begins here: words, then who works here, then the frame and the page of the address. */
import * as api from './api.js';
import { h, replace } from './dom.js';
import { startWords, t } from './i18n.js';
import * as prefs from './prefs.js';
import * as router from './router.js';
import { routes } from './routes.js';
import { resume, signOut, who } from './session.js';
import { showShell } from './shell.js';
import { acceptPage, signInDialog, signInPage } from './signin.js';
import { button } from './components/button.js';
import { forgetDrafts } from './components/form.js';
import { empty, failed } from './components/page.js';
import { fail } from './components/toast.js';

const root = document.getElementById('desk');
let outlet = null;

/** A page that could not be shown: not there, not to be had, or of a version of the desk that is gone. */
function pageFailed(error) {
  if (!error || error.status === 404) {
    replace(outlet, empty({
      page: true, icon: 'search', title: t('missing.title'), text: t('missing.text'), action: button(t('missing.action'), { kind: 'main', href: router.href('/') }),
    }));
    document.title = `${t('missing.title')} · ${t('name')}`;
    return;
  }
  if (error instanceof TypeError && /module/i.test(error.message)) {
    replace(outlet, empty({
      page: true, icon: 'restore', title: t('outdated.title'), text: t('outdated.text'), action: button(t('reload'), { kind: 'main', run: () => location.reload() }),
    }));
    return;
  }
  if (error.status === undefined) {
    console.error(error);
  }
  replace(outlet, failed(error, () => router.refresh()));
}

async function leave() {
  try {
    await signOut();
  } catch (error) {
    fail(error);
    return;
  }
  router.stop();
  forgetDrafts();
  location.assign(router.href('/'));
}

function frame() {
  outlet = showShell(root, {
    signOut: leave,
    again: () => {
      frame();
      router.setOutlet(outlet);
      router.refresh();
    },
  });
}

async function begin() {
  await startWords();
  prefs.applyTheme();
  try {
    const token = location.pathname === router.href('/accept') && location.hash.slice(1);
    if (token) {
      history.replaceState(null, '', router.href('/')); // the token is for this moment, not for the history
      await acceptPage(root, token);
    }
    if (!who() && !(await resume())) {
      await signInPage(root);
    }
  } catch (error) {
    replace(root, h('main', { class: 'page' }, failed(error, begin)));
    return;
  }
  api.whenSignedOut(signInDialog);
  frame();
  await router.start(outlet, routes, pageFailed);
}

begin();
