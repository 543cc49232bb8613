/* SPDX-License-Identifier: MIT */
/* Signing in: as a page of its own, and as a dialog over whatever was being done when the session ended. */
import { h, replace } from './dom.js';
import { isChinese, t } from './i18n.js';
import * as prefs from './prefs.js';
import { href } from './router.js';
import { accept, signIn, who } from './session.js';
import { setTheme, switchLanguage } from './shell.js';
import { button } from './components/button.js';
import { dialog } from './components/dialog.js';
import { textField } from './components/field.js';
import { forgetDrafts, form, submitButton } from './components/form.js';
import { mark } from './components/icon.js';
import { segments } from './components/page.js';

const KEY = /^lp_[\w-]{20,}$/;
const ONE_TIME = /\/desk\/accept#([0-9A-Za-z]{43})$/;

/** Nobody has a password yet: what there is was printed when the server was started. */
function isFirst() {
  return document.documentElement.dataset.session === 'first';
}

/** The one-time link in the place of a key is opened, whatever address it was printed with. */
function openOneTime(text) {
  const found = ONE_TIME.exec(text);
  if (found) {
    location.assign(`${href('/accept')}#${found[1]}`);
  }
}

/**
 * By name and password, or by an API key, which is all that whoever has just installed the program has. `before` is the
 * session that ended: whose it was need not be said again, for it stands on the page; it is kept nowhere else, for the next
 * page may be somebody else's.
 */
function signInForm(done, before = null) {
  const byKey = before ? Boolean(before.key) : (prefs.get('signIn') || (isFirst() ? 'key' : '')) === 'key';
  const submit = submitButton(t('sign_in'), 'main wide');
  const login = textField({ name: 'login', label: t('signin.login'), value: before?.user.key, attrs: { autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', maxlength: 64 } });
  const password = textField({ name: 'password', label: t('signin.password'), type: 'password', attrs: { autocomplete: 'current-password' } });
  const key = textField({ name: 'key', label: t('signin.key'), hint: t(isFirst() ? 'signin.first_hint' : 'signin.key_hint'), type: 'password', attrs: { autocomplete: 'off', maxlength: 256, spellcheck: 'false' } });
  const place = h('div', { class: 'stack' });

  const wanting = (fields) => fields.find((field) => !field.get().trim());
  const send = async (fields, body) => {
    const first = wanting(fields);
    if (first) {
      first.setError(t('signin.missing'));
      first.control.focus();
      return;
    }
    try {
      await signIn(body());
    } catch (problem) {
      if (problem.status === 429 && problem.retryAfter > 0) {
        fields.at(-1).setError(t('signin.too_often', { n: problem.retryAfter }));
        return;
      }
      if (problem.status !== 401) {
        throw problem;
      }
      fields.at(-1).setError(t(fields.length > 1 ? 'signin.wrong' : 'signin.wrong_key'));
      fields.at(-1).control.select();
      return;
    }
    prefs.set('signIn', fields.length > 1 ? 'password' : 'key');
    done();
  };
  const ways = h('div');
  const focus = (keyWanted) => (keyWanted ? key : wanting([login]) || password).control.focus();
  const draw = (keyWanted) => {
    const fields = keyWanted ? [key] : [login, password];
    const body = keyWanted ? () => ({ key: key.get().trim() }) : () => ({ login: login.get(), password: password.get() });
    replace(ways, segments(t('signin.how'), [['password', t('signin.by_password')], ['key', t('signin.by_key')]], keyWanted ? 'key' : 'password',
      (way) => { draw(way === 'key'); focus(way === 'key'); }));
    replace(place, isFirst() && !before && keyWanted && h('div', { class: 'stack tight' }, h('h2', null, t('signin.first')), h('p', { class: 'soft' }, t('signin.first_text'))),
      form({ fields, submit, onSubmit: () => send(fields, body) }).element);
  };
  // A key in the place of a name or a password is a key; it must not stand there to be read, nor be offered as a name.
  [login, password].forEach((field) => field.control.addEventListener('input', () => {
    const text = field.control.value.trim();
    if (KEY.test(text)) {
      field.set('');
      key.set(text);
      draw(true);
      key.control.focus();
    }
  }));
  key.control.addEventListener('input', () => openOneTime(key.get().trim()));
  draw(byKey);
  return { element: h('div', { class: 'stack signin' }, ways, place), focus: () => focus(byKey) };
}

/** The face of every page before somebody is signed in; draw() gives the card's content, anew after a change of language. */
function gate(root, title, draw) {
  const show = () => {
    const dark = document.documentElement.dataset.theme === 'dark';
    const box = draw();
    document.title = `${t(title)} · ${t('name')}`;
    replace(root, h('main', { class: 'gate' },
      h('div', { class: 'gate-head' }, mark(), h('h1', null, t('name')), h('p', { class: 'soft' }, t('tagline'))),
      h('div', { class: 'card' }, box.element),
      h('div', { class: 'gate-foot' },
        button(isChinese() ? 'English' : '中文', { kind: 'plain', icon: 'globe', run: () => switchLanguage(show) }),
        button(t(dark ? 'theme.light' : 'theme.dark'), { kind: 'plain', icon: 'moon', run: () => { setTheme(dark ? 'light' : 'dark'); show(); } }))));
    box.focus?.();
  };
  show();
}

/** Resolves once somebody is signed in. */
export function signInPage(root) {
  return new Promise((resolve) => {
    gate(root, 'sign_in', () => signInForm(resolve));
  });
}

/** Behind a one-time link: a password for who was invited, or who forgot theirs. Resolves once it is set. */
export async function acceptPage(root, token) {
  let invited = null;
  try {
    invited = await accept(token);
  } catch (problem) {
    if (problem.status !== 422) {
      throw problem;
    }
  }
  return new Promise((resolve) => {
    gate(root, 'accept.title', () => {
      if (!invited) {
        return { element: h('div', { class: 'stack' }, h('h2', null, t('accept.used')), h('p', { class: 'soft' }, t('accept.used_text')),
          button(t('sign_in'), { kind: 'main wide', run: () => resolve(false) })) };
      }
      const password = textField({ name: 'password', label: t('accept.password'), hint: t('accept.password_hint'), type: 'password', attrs: { autocomplete: 'new-password' } });
      const box = form({
        fields: [password], submit: submitButton(t('accept.submit'), 'main wide'), onSubmit: async (values) => {
          await accept(token, values.password);
          resolve(true);
        },
      });
      const hello = h('p', null, t(invited.kind === 'reset' ? 'accept.reset' : 'accept.welcome', { name: invited.user.name || invited.user.key, login: invited.user.key }));
      const hidden = h('input', { type: 'text', autocomplete: 'username', value: invited.user.key, hidden: true, 'aria-label': t('signin.login'), readonly: true });
      box.element.prepend(hello, hidden);
      return { element: box.element, focus: () => password.control.focus() };
    });
  });
}

/** Over the page, which stays as it is for who was there before. Resolves with false when the reader would rather not. */
export async function signInDialog() {
  const before = who();
  const body = h('div', { class: 'stack' }, h('p', { class: 'soft' }, t('signin.ended')));
  const box = dialog({ title: t('sign_in'), body });
  const inner = signInForm(() => box.close(true), before);
  body.append(inner.element);
  inner.focus();
  const signedIn = (await box.closed) === true;
  if (signedIn && who().user.key !== before?.user.key) {
    forgetDrafts();
    location.assign(href('/')); // what stands on the page and was entered is another person's
    return false;
  }
  return signedIn;
}
