/* SPDX-License-Identifier: MIT */
/* Where the links will be put: names or a table, pasted, out of a file, or channels that are there already. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { labelName, t } from '../i18n.js';
import { number } from '../format.js';
import { delimiterOf, fileText, tableRows } from '../tabletext.js';
import { button } from '../components/button.js';
import { dialog } from '../components/dialog.js';
import { textArea } from '../components/field.js';
import { loading } from '../components/page.js';
import { fail, toast } from '../components/toast.js';

const PAGE_ROWS = 200;
const CHANNELS_MAX = 2000;
/* What a column with the place's name may be called; the server knows more, and says when it finds none. */
const NAME_COLUMNS = ['群名', '群名称', '群', '渠道', '渠道名', '渠道名称', '渠道编码', '名称', '姓名', '员工', '门店', 'name', 'channel', 'place', 'staff'];

function nameColumn(row) {
  return row ? row.cells.findIndex((text) => NAME_COLUMNS.includes(text.toLowerCase())) : -1;
}

/** Does the text have several columns without a line that names them? */
export function lacksHeader(text) {
  const rows = tableRows(text);
  return rows.some((row) => row.cells.filter(Boolean).length > 1) && nameColumn(rows[0]) < 0;
}

/** The text with the usual columns named in front. */
export function withHeader(text) {
  const most = Math.max(...tableRows(text).map((row) => row.cells.length));
  const names = ['name', 'region', 'location', 'owner', 'customer'].map((name) => t(`fan.column.${name}`)).slice(0, Math.max(most, 2));
  return `${names.join(delimiterOf(text))}\n${text}`;
}

/** How many places the text names. */
export function countPlaces(text) {
  const rows = tableRows(text);
  return rows.length - (nameColumn(rows[0]) >= 0 ? 1 : 0);
}

function appended(text, names) {
  const rows = tableRows(text);
  const at = nameColumn(rows[0]);
  const mark = delimiterOf(text);
  const there = new Set(rows.map((row) => row.cells[Math.max(at, 0)]));
  const lines = names.filter((name) => !there.has(name)).map((name) => (at > 0 ? mark.repeat(at) : '') + name);
  return [text.trimEnd(), ...lines].filter(Boolean).join('\n');
}

/* ---- channels that are there ------------------------------------------------------------------------------------- */

async function allChannels() {
  const pages = api.pager('/channels', { limit: PAGE_ROWS });
  const found = [];
  do {
    found.push(...await pages.more());
  } while (!pages.done && found.length < CHANNELS_MAX);
  return found;
}

/** What stands for a channel in the text: its name, where that can mean no other one. */
function wordOf(channel, all) {
  const name = labelName(channel);
  const plain = !/[,;\t"\r\n]/.test(name);
  const alone = all.filter((one) => one !== channel && (one.key === name || [one.name, one.names?.zh, one.names?.en].includes(name))).length === 0;
  return plain && alone ? name : channel.key;
}

function groupBox(group, channels, tell) {
  const boxes = channels.map((channel) => h('input', { type: 'checkbox', class: 'tick', value: channel.key, on: { change: () => { draw(); tell(); } } }));
  const whole = h('input', {
    type: 'checkbox', class: 'tick', on: {
      change: () => {
        boxes.filter((box) => !box.closest('li').hidden).forEach((box) => { box.checked = whole.checked; });
        draw();
        tell();
      },
    },
  });
  const draw = () => {
    const on = boxes.filter((box) => box.checked).length;
    whole.checked = on > 0 && on === boxes.length;
    whole.indeterminate = on > 0 && on < boxes.length;
  };
  const rows = channels.map((channel, i) => h('li', { dataset: { words: `${labelName(channel)} ${channel.key} ${channel.region || ''} ${channel.location || ''} ${group}`.toLowerCase() } },
    h('label', { class: 'pick-row' }, boxes[i], h('span', { class: 'cut' }, labelName(channel)),
      h('span', { class: 'cut small soft' }, [channel.region, channel.location].filter(Boolean).join(' · ')))));
  return h('div', { class: 'pick-group' }, h('label', { class: 'pick-row strong' }, whole, h('span', { class: 'cut' }, group || t('fan.no_group')), h('span', { class: 'soft small num' }, number(channels.length))),
    h('ul', null, rows));
}

function pickDialog(add) {
  const place = h('div', { class: 'pick-list' }, loading(6));
  const search = h('input', { class: 'input', type: 'search', 'aria-label': t('fan.pick_find'), placeholder: t('fan.pick_find'), autocomplete: 'off' });
  let channels = [];
  const picked = () => {
    const keys = new Set([...place.querySelectorAll('li input:checked')].map((box) => box.value));
    return channels.filter((channel) => keys.has(channel.key));
  };
  const action = button(t('fan.pick_add', { n: 0 }), {
    kind: 'main', attrs: { disabled: true }, run: () => {
      const names = picked().map((channel) => wordOf(channel, channels));
      box.close();
      add(names);
    },
  });
  const tell = () => {
    const n = picked().length;
    action.disabled = n === 0;
    action.textContent = t('fan.pick_add', { n: number(n), count: n });
  };
  const box = dialog({ title: t('fan.pick'), body: [search, place], actions: [button(t('cancel'), { run: () => box.close() }), action] });
  search.addEventListener('input', () => {
    const wanted = search.value.trim().toLowerCase();
    place.querySelectorAll('li').forEach((row) => { row.hidden = !row.dataset.words.includes(wanted); });
    place.querySelectorAll('.pick-group').forEach((group) => { group.hidden = !group.querySelector('li:not([hidden])'); });
  });
  allChannels().then((found) => {
    channels = found;
    const groups = new Map();
    found.forEach((one) => groups.set(one.channel_group || '', [...(groups.get(one.channel_group || '') || []), one]));
    replace(place, found.length === 0 ? h('p', { class: 'soft' }, t('fan.pick_none'))
      : [...groups].sort(([a], [b]) => a.localeCompare(b)).map(([group, rows]) => groupBox(group, rows, tell)));
  }).catch((error) => {
    box.close();
    fail(error);
  });
}

/* ---- the field --------------------------------------------------------------------------------------------------- */

/** The text of places, with what fills it. `changed()` is told when it was not typed. */
export function placesField(changed) {
  const field = textArea({
    name: 'places', label: t('fan.places'), hint: t('fan.places_hint'), rows: 9, placeholder: t('fan.places_example'),
    attrs: { spellcheck: 'false', class: 'input places-text' },
  });
  const set = (text) => {
    field.set(text);
    field.control.dispatchEvent(new Event('input', { bubbles: true }));
    changed();
  };
  const take = async (file) => {
    const text = await fileText(file);
    if (/[\0-\x08]/.test(text)) {
      toast(t('fan.not_text', { name: file.name }), { kind: 'bad' });
      return;
    }
    set(text.replace(/^\ufeff/, ''));
    field.control.focus();
  };
  const file = h('input', {
    type: 'file', class: 'unseen', accept: '.csv,.tsv,.txt,text/csv,text/plain', tabindex: '-1', 'aria-label': t('fan.file'), on: {
      change: () => {
        if (file.files[0]) {
          take(file.files[0]).catch(fail);
        }
        file.value = '';
      },
    },
  });
  field.control.addEventListener('dragover', (event) => event.preventDefault());
  field.control.addEventListener('drop', (event) => {
    if (event.dataTransfer.files[0]) {
      event.preventDefault();
      take(event.dataTransfer.files[0]).catch(fail);
    }
  });
  field.element.querySelector('label').after(h('div', { class: 'row' },
    button(t('fan.pick'), { kind: 'small', icon: 'pin', run: () => pickDialog((names) => set(appended(field.control.value, names))) }),
    button(t('fan.file'), { kind: 'small', icon: 'upload', run: () => file.click() })));
  field.element.append(file);
  field.get = () => field.control.value;
  return field;
}
