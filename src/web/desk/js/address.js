/* SPDX-License-Identifier: MIT */
/* Pasted text to an address, and an address with UTM values as visitors will get it. Pure, so that it is tested alone. */

/* What ends an address in running text: blanks, brackets and the punctuation of Chinese, which never stands bare in one. */
const STOP = /[\s<>"'`“”‘’«»「」『』【】《》〈〉（）｛｝［］。，、；：！？…\u200b-\u200f\u2028-\u202e\u2060\ufeff]/u;
const PAIRS = { ')': '(', ']': '[', '}': '{' };

function count(text, char) {
  return text.split(char).length - 1;
}

/** What Word, mail and chat leave behind an address: full stops, unbalanced brackets, ellipses. */
function trimTail(text) {
  let cut = text;
  for (;;) {
    const last = cut.at(-1);
    const loose = PAIRS[last] && count(cut, last) > count(cut, PAIRS[last]);
    if (!last || !(/[.,;:!?*_~|\\]/.test(last) || loose)) {
      return cut;
    }
    cut = cut.slice(0, -1);
  }
}

function upToStop(text) {
  const end = text.search(STOP);
  return end < 0 ? text : text.slice(0, end);
}

/**
 * The address in a pasted text, or ''. "看这里：https://a.example/x?b=1。谢谢" gives "https://a.example/x?b=1"; an address
 * broken over lines is joined when nothing else is there; "a.example/x" gets https:// in front.
 */
export function findAddress(text) {
  const clean = text.replace(/[\u200b-\u200f\u2060\ufeff]/g, '').replace(/&amp;/g, '&').trim();
  const at = clean.search(/https?:\/\//i);
  if (at >= 0) {
    const rest = clean.slice(at);
    const found = trimTail(upToStop(rest));
    const broken = at === 0 && /^\S+(\r?\n\S+)+$/.test(clean) && !/https?:\/\//i.test(clean.slice(8));
    return broken ? trimTail(upToStop(clean.replace(/\s+/g, ''))) : found;
  }
  const bare = clean.match(/(?:^|[\s（(：:，,])((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::\d+)?(?:[/?#]\S*)?)/i);
  return bare ? `https://${trimTail(upToStop(bare[1]))}` : '';
}

function names(query) {
  return new Set(query.split('&').map((part) => {
    try {
      return decodeURIComponent(part.split('=')[0].replaceAll('+', ' '));
    } catch {
      return part.split('=')[0];
    }
  }));
}

/**
 * Where a visitor arrives who brings nothing: parts of [text, added]. UTM values join where the target has none of that
 * name, before the fragment, and every byte of the target stays.
 */
export function finalAddress(url, utm) {
  const [rest, ...fragment] = url.split('#');
  const hash = fragment.length > 0 ? `#${fragment.join('#')}` : '';
  const mark = rest.indexOf('?');
  const there = mark < 0 ? new Set() : names(rest.slice(mark + 1));
  const added = Object.entries(utm).filter(([name, value]) => value && !there.has(name))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  if (added.length === 0) {
    return [[url, false]];
  }
  const joint = mark < 0 ? '?' : /[?&]$/.test(rest) ? '' : '&';
  return [[rest, false], [joint + added.join('&'), true], [hash, false]].filter(([text]) => text);
}

/** Fills a channel's template: {channel} and so on from `values`; what is not known yet stays in braces. */
export function fillTemplate(template, values) {
  return template.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}
