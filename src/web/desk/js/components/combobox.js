/* SPDX-License-Identifier: MIT */
/*
 * A text box that offers what there is already, and takes something new unless told not to (WAI-ARIA combobox with a
 * list). One value, or several as chips. A field like those of field.js; its get() gives a text or an array.
 */
import { debounce, h, replace, uniqueId } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from './icon.js';
import { wrapField } from './field.js';

const ASK_AFTER_MS = 120;

/** The list below the box. `choose(option)` is told what was picked. */
function makeList(control, choose) {
  const id = uniqueId('list');
  const popup = h('ul', { class: 'popup', role: 'listbox', id, hidden: true, 'aria-label': t('combo.suggestions') });
  let options = [];
  let at = -1;
  const mark = (index) => {
    at = index;
    [...popup.children].forEach((row, i) => row.setAttribute('aria-selected', String(i === at)));
    const row = popup.children[at];
    control.setAttribute('aria-activedescendant', row ? row.id : '');
    row?.scrollIntoView({ block: 'nearest' });
  };
  const list = {
    popup,
    isOpen: () => !popup.hidden,
    current: () => options[at],
    close() {
      popup.hidden = true;
      control.setAttribute('aria-expanded', 'false');
      control.removeAttribute('aria-activedescendant');
      at = -1;
    },
    move(by) {
      mark(at < 0 ? (by > 0 ? 0 : options.length - 1) : (at + by + options.length) % options.length);
    },
    show(found) {
      options = found;
      replace(popup, options.map((option, i) => h('li', {
        class: 'option', role: 'option', id: `${id}-${i}`, 'aria-selected': 'false',
        on: { pointerdown: (event) => { event.preventDefault(); choose(option); } },
      }, h('span', { class: 'cut' }, option.label || option.value), option.hint && h('span', { class: 'hint cut' }, option.hint))));
      popup.hidden = options.length === 0;
      control.setAttribute('aria-expanded', String(!popup.hidden));
      at = -1;
    },
  };
  control.setAttribute('aria-controls', id);
  return list;
}

/**
 * combobox({name, label, hint, optional, source, value, multiple, allowNew, placeholder, onChange, attrs, read}).
 * source(text) -> promise of [{value, label, hint}] for what is typed; asked with '' when the box is entered. read(text)
 * says what one of several that was typed is: {value, label}.
 */
export function combobox({ source, value, multiple = false, allowNew = true, placeholder, onChange, attrs = {}, read = (text) => ({ value: text, label: text }), ...rest }) {
  const control = h('input', {
    class: multiple ? '' : 'input', type: 'text', role: 'combobox', autocomplete: 'off', 'aria-autocomplete': 'list', 'aria-expanded': 'false',
    placeholder, spellcheck: 'false', ...attrs,
  });
  const chosen = new Map(); // value -> label
  const chips = h('div', { class: 'chips' });
  let single = '';
  let turn = 0;
  let typing = false; // since the last choice; a question still waiting then would open the list over the form

  const tell = () => {
    onChange?.(field.get());
    holder.dispatchEvent(new Event('change', { bubbles: true }));
  };
  const drawChips = () => {
    replace(chips, [...chosen].map(([key, label]) => h('span', { class: 'chip' }, h('span', null, label), h('button', {
      type: 'button', 'aria-label': t('combo.remove', { name: label }),
      on: { click: () => { chosen.delete(key); drawChips(); control.focus(); tell(); } },
    }, icon('close')))), control);
  };
  const choose = (option) => {
    turn += 1;
    typing = false;
    list.close();
    if (multiple) {
      chosen.set(option.value, option.label || option.value);
      control.value = '';
      drawChips();
      control.focus();
    } else {
      single = option.value;
      control.value = allowNew ? option.value : option.label || option.value;
    }
    tell();
  };
  const takeTyped = () => {
    const typed = control.value.trim();
    list.close();
    if (multiple && typed && allowNew) {
      typed.split(/[,，;；]/).map((part) => part.trim()).filter(Boolean).map(read).forEach((one) => chosen.set(one.value, one.label));
      control.value = '';
      drawChips();
      tell();
    } else if (!multiple && allowNew && typed !== single) {
      single = typed;
      tell();
    } else if (!multiple && !allowNew && !typed && single) {
      single = '';
      tell();
    } else if (!allowNew) {
      control.value = multiple ? '' : single && control.value;
    }
  };
  const ask = async () => {
    turn += 1;
    const mine = turn;
    const found = await source(control.value.trim()).catch(() => []);
    if (mine === turn && document.activeElement === control) {
      list.show(found.filter((option) => !chosen.has(option.value)));
    }
  };
  const askSoon = debounce(() => typing && ask(), ASK_AFTER_MS);
  const list = makeList(control, choose);
  const holder = h('div', { class: 'combo' }, multiple ? chips : control, list.popup);

  control.addEventListener('input', () => { typing = true; askSoon(); });
  control.addEventListener('focus', ask);
  control.addEventListener('blur', () => { turn += 1; takeTyped(); });
  control.addEventListener('keydown', (event) => {
    if (event.isComposing) {
      return;
    }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (list.isOpen()) {
        list.move(event.key === 'ArrowDown' ? 1 : -1);
      } else {
        ask();
      }
    } else if (event.key === 'Enter' && list.isOpen() && list.current()) {
      event.preventDefault();
      choose(list.current());
    } else if (event.key === 'Enter' && multiple && control.value.trim()) {
      event.preventDefault();
      takeTyped();
      control.focus(); // the chips were made anew around it
    } else if (event.key === 'Enter') {
      takeTyped(); // and the form is sent
    } else if (event.key === 'Escape' && list.isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      list.close();
    } else if (event.key === 'Backspace' && multiple && !control.value && chosen.size > 0) {
      chosen.delete([...chosen.keys()].at(-1));
      drawChips();
      tell();
    } else if (multiple && (event.key === ',' || event.key === '，') && control.value.trim()) {
      event.preventDefault();
      takeTyped();
      control.focus();
    }
  });

  const field = wrapField({
    ...rest, control, body: holder,
    get: () => {
      const typed = control.value.trim();
      if (multiple) {
        return typed && allowNew ? [...new Set([...chosen.keys(), read(typed).value])] : [...chosen.keys()];
      }
      return allowNew ? typed : single;
    },
    set: (given) => {
      if (multiple) {
        chosen.clear();
        (given || []).forEach((one) => chosen.set(one.value ?? one, one.label ?? one));
        control.value = '';
        drawChips();
      } else {
        single = given?.value ?? given ?? '';
        control.value = given?.label ?? given ?? '';
      }
    },
  });
  field.set(value ?? (multiple ? [] : ''));
  return field;
}
