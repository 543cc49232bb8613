/* SPDX-License-Identifier: MIT */
/* Signing in: as a page of its own, and as a dialog over whatever was being done when the session ended. */
import { h, replace } from './dom.js';
import { isChinese, t } from './i18n.js';
import { signIn } from './session.js';
import { setTheme, switchLanguage } from './shell.js';
import { button } from './components/button.js';
import { dialog } from './components/dialog.js';
import { textField } from './components/field.js';
import { form, submitButton } from './components/form.js';
import { mark } from './components/icon.js';

function signInForm(done) {
  const submit = submitButton(t('sign_in'), 'main wide');
  const key = textField({
    name: 'key', label: t('signin.key'), hint: t('signin.key_hint'), type: 'password',
    attrs: { autocomplete: 'current-password', maxlength: 64, spellcheck: 'false' },
  });
  const box = form({
    fields: [key], submit,
    onSubmit: async (values) => {
      if (!values.key.trim()) {
        key.setError(t('signin.key_missing'));
        key.control.focus();
        return;
      }
      try {
        await signIn({ key: values.key.trim() });
      } catch (problem) {
        if (problem.status !== 401) {
          throw problem;
        }
        key.setError(t('signin.wrong_key'));
        key.control.select();
        return;
      }
      done();
    },
  });
  return { element: box.element, focus: () => key.control.focus() };
}

/** Resolves once somebody is signed in. */
export function signInPage(root) {
  return new Promise((resolve) => {
    const draw = () => {
      const box = signInForm(resolve);
      const dark = document.documentElement.dataset.theme === 'dark';
      document.title = `${t('sign_in')} · ${t('name')}`;
      replace(root, h('main', { class: 'gate' },
        h('div', { class: 'gate-head' }, mark(), h('h1', null, t('name')), h('p', { class: 'soft' }, t('tagline'))),
        h('div', { class: 'card' }, box.element),
        h('div', { class: 'gate-foot' },
          button(isChinese() ? 'English' : '中文', { kind: 'plain', icon: 'globe', run: () => switchLanguage(draw) }),
          button(t(dark ? 'theme.light' : 'theme.dark'), {
            kind: 'plain', icon: 'moon', run: () => { setTheme(dark ? 'light' : 'dark'); draw(); },
          }))));
      box.focus();
    };
    draw();
  });
}

/** Over the page, which stays as it is. Resolves with false when the reader would rather not. */
export async function signInDialog() {
  const body = h('div', { class: 'stack' }, h('p', { class: 'soft' }, t('signin.ended')));
  const box = dialog({ title: t('sign_in'), body });
  const inner = signInForm(() => box.close(true));
  body.append(inner.element);
  inner.focus();
  return (await box.closed) === true;
}
