// SPDX-License-Identifier: MIT
/**
 * What is asked of the server when a report's question changes: only the last question is answered, and one that failed says so
 * and can be asked again.
 */
import { h, replace } from '../dom.js';
import { failed } from '../components/page.js';

/** asker(view, body, run) is what asks: run(signal) fetches and draws into body, which is busy until then. */
export function asker(view, body, run) {
  let load = null;
  const ask = async () => {
    load?.abort();
    load = new AbortController();
    const { signal } = load;
    view.signal.addEventListener('abort', () => load.abort(), { once: true, signal });
    body.setAttribute('aria-busy', 'true');
    try {
      await run(signal);
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(body, h('div', { class: 'card' }, failed(error, ask)));
      }
    } finally {
      if (!signal.aborted) {
        body.removeAttribute('aria-busy');
      }
    }
  };
  return ask;
}
