/* SPDX-License-Identifier: MIT */
/* Values as the query of an address. */

/**
 * {a: 1, b: ['x', ''], c: ''} -> "?a=1&b=x&b=". Empty values are left out, but those of an array are meant: a report on
 * app=[''] is about the clicks whose app is not known.
 */
export function searchText(values) {
  const search = values instanceof URLSearchParams ? values : new URLSearchParams();
  for (const [name, value] of values instanceof URLSearchParams ? [] : Object.entries(values || {})) {
    for (const one of Array.isArray(value) ? value : [value === '' ? null : value]) {
      if (one !== undefined && one !== null) {
        search.append(name, one);
      }
    }
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}
