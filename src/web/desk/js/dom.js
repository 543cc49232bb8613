/* SPDX-License-Identifier: MIT */
/*
 * The only way elements are made. Values become text nodes and attributes, never markup, so nothing a visitor or a
 * colleague wrote can become part of the page's structure.
 */
const SVG = 'http://www.w3.org/2000/svg';

function setAttribute(element, name, value) {
  if (name === 'on') {
    for (const [event, handler] of Object.entries(value)) {
      element.addEventListener(event, handler);
    }
  } else if (name === 'dataset') {
    Object.assign(element.dataset, value);
  } else if (name === 'style') {
    Object.assign(element.style, value); // by script: the policy forbids it only in markup
  } else if (name === 'value' || name === 'checked' || name === 'indeterminate') {
    element[name] = value;
  } else if (value === true) {
    element.setAttribute(name, '');
  } else {
    element.setAttribute(name, value);
  }
}

function fill(element, attributes, children) {
  const late = [];
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name === 'value') {
      late.push([name, value]); // a select takes its value once its options are there
    } else {
      setAttribute(element, name, value);
    }
  }
  append(element, children);
  late.forEach(([name, value]) => setAttribute(element, name, value));
  return element;
}

/** Appends nodes, texts and numbers; arrays are flattened; null, undefined and false are left out. */
export function append(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) {
      element.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
  return element;
}

/** h('a', {href: '/x', class: 'button', on: {click}, dataset: {id}}, 'text', node, [more]) */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Puts the children in the place of all there was. */
export function replace(element, ...children) {
  element.replaceChildren();
  return append(element, ...children);
}

let last = 0;
/** A name for an element that another one refers to (label, aria-describedby). */
export function uniqueId(prefix) {
  last += 1;
  return `${prefix}-${last}`;
}

/** Calls `run` once things have been quiet for `ms`. */
export function debounce(run, ms) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), ms);
  };
}
